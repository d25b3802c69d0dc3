"""As many replicas of a function as are wanted: started, watched while they serve, and started again if they fail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from ...stack.errors import GatewayError, NotFound
from ..providers.base import Replica, ReplicaState
from .backoff import Backoff
from .probes import NotReady, Prober
from .replicas import Replicas
from .state import Endpoint, Function

log = logging.getLogger(__name__)
CREATING = "create"
"""What a function's trouble is about when replicas cannot be made."""


class Mender:
    """Brings a function from the replicas that it has to those that are wanted; of the revision that serves alone."""

    def __init__(self, replicas: Replicas, prober: Prober, refresh: Callable[[Function], None]) -> None:
        """`refresh` asks the provider for a function's replicas again, soon."""
        self._replicas = replicas
        self._prober = prober
        self._refresh = refresh
        self._backoff = Backoff()
        self._starting: dict[str, asyncio.Task[None]] = {}
        self.stopping: set[str] = set()
        """Replicas that are being stopped from outside, by id: they get no requests although they run."""
        self._sick: set[str] = set()
        self._timers: dict[Function, asyncio.TimerHandle] = {}

    def starting(self, function: Function) -> list[asyncio.Task[None]]:
        """Return what waits for replicas to get ready, and ends when they are or cannot be."""
        return [task for replica_id, task in self._starting.items() if replica_id in function.replicas]

    def hurry(self, function: Function) -> None:
        """Let what failed be tried again now."""
        for what in (*function.replicas, _creating(function)):
            self._backoff.hurry(what)

    def mend(self, function: Function, after_s: float = 0.0) -> None:
        """Bring the function to what is wanted in the background, after a while."""
        loop = asyncio.get_running_loop()
        timer = self._timers.pop(function, None)
        when = loop.time() + after_s
        if timer and not timer.cancelled() and loop.time() < timer.when() < when:
            self._timers[function] = timer
            return
        if timer:
            timer.cancel()
        self._timers[function] = loop.call_at(when, self._mend_now, function)

    def close(self) -> None:
        """Mend nothing any more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    async def level(self, function: Function) -> None:
        """Start, make or retire replicas until as many run as are wanted; `function.changing` is held.

        They serve as soon as they are ready, which is not waited for. Raises what kept a replica from being made,
        after the others were.
        """
        if not function.revision or not function.wanted or function.gone.is_set():
            return
        if function.is_adopted:
            work = self._work_on_adopted(function)
        else:
            await self._stop_sick(function)
            work = self._work(function)
        results = await asyncio.gather(*work, return_exceptions=True)
        for replica in function.serving:
            if replica.state is ReplicaState.RUNNING:
                self.attach(function, replica)
        errors = [error for error in results if isinstance(error, BaseException)]
        if errors:
            function.troubles[CREATING] = str(errors[0])
            self.mend(function, self._backoff.fail(_creating(function)))
            raise errors[0]
        if work:
            function.troubles.pop(CREATING, None)
            self._backoff.forget(_creating(function))

    def attach(self, function: Function, replica: Replica) -> None:
        """Send requests to a running replica once it is ready, unless it serves or is waited for."""
        if replica.id in self._starting or replica.id in self.stopping:
            return
        if any(one.replica.id == replica.id for one in function.endpoints) or not self._is_due(function, replica.id):
            return
        task = self._replicas.spawn(self._attach(function, replica.id), function.label)
        self._starting[replica.id] = task
        task.add_done_callback(lambda task: self._forget_start(replica.id, task))

    def give_up(self, replica_id: str) -> None:
        """Stop waiting for a replica to get ready."""
        if task := self._starting.pop(replica_id, None):
            task.cancel()

    def serve(self, function: Function, replica: Replica) -> None:
        """Send requests to a replica from now on, and watch it."""
        if function.replicas.get(replica.id) is not replica or replica.revision != function.revision:
            return
        function.troubles.pop(replica.id, None)
        endpoint = Endpoint(replica)
        function.set_endpoints([*function.endpoints, endpoint])
        self.watch(function, endpoint)

    def watch(self, function: Function, endpoint: Endpoint) -> None:
        """Probe a replica as long as it serves."""
        self._replicas.run(self._watch(function, endpoint), function.label)

    def lose(self, function: Function, replica: Replica, now: Replica | None) -> None:
        """Note that a replica that ran does not run any more; `now` is how it is, None if it is gone."""
        if endpoint := function.take_out(replica.id):
            self._replicas.dismiss(function, endpoint)
        if replica.id in self._starting or replica.revision != function.revision or not function.wanted:
            return
        if not now:
            log.warning("%s: replica %s was removed by somebody else", function.label, replica.name)
        elif now.state is ReplicaState.STOPPED:
            why = f"ended: {now.ended}" if now.ended else "was stopped by somebody else"
            self._note_failure(function, replica, why)

    def _mend_now(self, function: Function) -> None:
        self._timers.pop(function, None)
        self._replicas.run(self._mend(function), function.label)

    async def _mend(self, function: Function) -> None:
        async with function.changing:
            await self.level(function)

    def _work(self, function: Function) -> list[Coroutine[Any, Any, None]]:
        """Return what brings the replicas to the number that is wanted; those that are too many are retired here."""
        replicas = sorted(function.serving, key=lambda replica: replica.created_at)
        paused = [replica for replica in replicas if replica.state is ReplicaState.PAUSED]
        running = [one for one in replicas if one.state is ReplicaState.RUNNING and one.id not in self.stopping]
        stopped = [replica for replica in replicas if replica.state is ReplicaState.STOPPED]
        missing = max(0, function.wanted - len(paused) - len(running))
        serving = {endpoint.replica.id for endpoint in function.endpoints}
        running.sort(key=lambda replica: replica.id not in serving)
        for replica in running[max(0, function.wanted - len(paused)) :] + stopped[missing:]:
            self._replicas.retire(function, replica)
        work = [self._start(function, replica) for replica in paused]
        # Those that are still waited for are about to tell how they ended.
        ended = [replica for replica in stopped[:missing] if replica.id not in self._starting]
        work += [self._start(function, replica) for replica in ended if self._is_due(function, replica.id)]
        if missing > len(stopped) and self._is_due(function, _creating(function)):
            work += [self._make(function) for _ in range(missing - len(stopped))]
        return work

    def _work_on_adopted(self, function: Function) -> list[Coroutine[Any, Any, None]]:
        return [self._start(function, one) for one in function.serving if one.state is ReplicaState.PAUSED]

    def _is_due(self, function: Function, what: str) -> bool:
        """Whether it may be tried now; it is tried later otherwise."""
        wait_s = self._backoff.wait_s(what)
        if wait_s:
            self.mend(function, wait_s)
        return not wait_s

    async def _start(self, function: Function, replica: Replica) -> None:
        try:
            now = await self._replicas.set_state(replica, ReplicaState.RUNNING, function.replicas)
        except NotFound:
            self._replicas.forget(function, replica.id)
            self.mend(function)
            return
        if replica.state is ReplicaState.PAUSED:
            self.serve(function, now)
        else:
            self.attach(function, now)

    async def _make(self, function: Function) -> None:
        replica = await self._replicas.create(function.deployment, function.revision, function.replicas)
        self.attach(function, replica)

    async def _stop_sick(self, function: Function) -> None:
        sick = [replica for replica in function.serving if replica.id in self._sick]
        self._sick.difference_update(replica.id for replica in sick)
        running = [replica for replica in sick if replica.state is ReplicaState.RUNNING]
        stopping = [self._replicas.set_state(one, ReplicaState.STOPPED, function.replicas) for one in running]
        for replica, result in zip(running, await asyncio.gather(*stopping, return_exceptions=True), strict=True):
            if isinstance(result, NotFound):
                self._replicas.forget(function, replica.id)
            elif isinstance(result, GatewayError):
                self._sick.add(replica.id)
                log.warning("%s: %s cannot be stopped: %s", function.label, replica.name, result)

    async def _attach(self, function: Function, replica_id: str) -> None:
        try:
            ready = await self._prober.until_ready(
                function.ready_probe,
                lambda: function.replicas.get(replica_id),
                lambda: self._refresh(function),
                self._replicas.config.start_timeout_s,
            )
        except NotReady as error:
            replica = function.replicas.get(replica_id)
            if not replica or not function.wanted or replica.state is ReplicaState.PAUSED:
                return
            lines = await self._replicas.last_lines(replica)
            del self._starting[replica_id]
            self._note_failure(function, replica, f"{error}{lines}")
        else:
            del self._starting[replica_id]
            self.serve(function, ready)

    def _forget_start(self, replica_id: str, task: asyncio.Task[None]) -> None:
        if self._starting.get(replica_id) is task:
            del self._starting[replica_id]

    def _note_failure(self, function: Function, replica: Replica, why: str) -> None:
        if replica.id not in function.replicas or function.gone.is_set():
            return
        text = f"replica {replica.name} {why}"
        log.warning("%s: %s", function.label, text)
        function.troubles[replica.id] = text
        if function.replicas[replica.id].state is ReplicaState.RUNNING and not replica.is_adopted:
            self._sick.add(replica.id)
        self.mend(function, self._backoff.fail(replica.id))

    async def _watch(self, function: Function, endpoint: Endpoint) -> None:
        verdict = await self._prober.watch(function, endpoint)
        if not verdict.why:
            return
        replica = endpoint.replica
        function.take_out(replica.id)
        self._replicas.dismiss(function, endpoint)
        if verdict.is_dead:
            self._note_failure(function, replica, verdict.why)
        else:
            log.info("%s: replica %s %s", function.label, replica.name, verdict.why)
            function.troubles[replica.id] = f"replica {replica.name} {verdict.why}"
            self.attach(function, replica)


def _creating(function: Function) -> str:
    return f"{CREATING} {function.label}"
