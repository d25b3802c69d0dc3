"""A provider whose replicas are tiny HTTP servers on loopback, in a thread of its own; tests say what goes wrong.

What an image's name contains is how its replicas behave:
  crash        ends at its start, with exit code 1 and two lines in its log
  never-ready  answers probes 503
  unready      answers probes 503 until `ready` is set
  slow         answers requests when `answering` is set
Any other request is answered 200 with the replica's name, its image and its revision, a space between.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from portable.gateway.providers.base import Change, Notify, Replica, ReplicaState
from portable.stack.errors import NotFound, Refused
from portable.stack.messages import FunctionDeployment, FunctionName, LogMessage, LogQuery, Usage

from .fake_replica import FakeReplica

T = TypeVar("T")
PATIENCE_S = 60.0


class FakeProvider:
    """Keeps replicas in memory. It outlives a gateway: give it to another one as if the first had been killed."""

    orchestration = "fake"

    def __init__(self) -> None:
        self.creating = threading.Event()
        """While it is not set, `create` and `set_state` to RUNNING wait."""
        self.creating.set()
        self.checking = threading.Event()
        """While it is not set, `check` waits."""
        self.checking.set()
        self.ready = threading.Event()
        self.answering = threading.Event()
        self.calls: list[tuple[str, str]] = []
        """What was asked: ("create", name), or (the state's value, name)."""
        self.failure: Exception | None = None
        """What `create` and starting raise, if anything."""
        self.pause_failure: Exception | None = None
        self.crashing: set[str] = set()
        """Functions whose replicas end at their start from now on."""
        self.declarations: list[FunctionDeployment] = []
        self.faults: list[str] = []
        """What was asked that no provider could be asked: it fails tests that look."""
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()
        self._replicas: dict[str, FakeReplica] = {}
        self._lines: list[LogMessage] = []
        self._notify: set[Notify] = set()
        self._unwatched = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-provider", daemon=True)
        self._thread.start()

    # The Provider protocol.

    def declared(self) -> Sequence[FunctionDeployment]:
        return self.declarations

    def check(self, deployment: FunctionDeployment) -> None:
        assert self.checking.wait(PATIENCE_S)
        if "missing" in deployment.image:
            raise Refused(f"image {deployment.image!r} is not there: build it with `faas-cli build`")

    def replicas(self, function: FunctionName | None = None) -> list[Replica]:
        with self._lock:
            found = [one.replica for one in self._replicas.values()]
        return [one for one in found if function in (None, one.function)]

    def create(self, deployment: FunctionDeployment, revision: str) -> Replica:
        self.calls.append(("create", deployment.name.name))
        self._wait_for_leave()
        return self._make(deployment, revision, is_adopted=False)

    def set_state(self, replica: Replica, state: ReplicaState, *, grace_s: float = 0.0) -> Replica:
        self.calls.append((state.value, replica.name))
        one = self._replicas.get(replica.id)
        if not one:
            if state is ReplicaState.REMOVED:
                return replace(replica, state=state, host="", port=0)
            raise NotFound(f"replica {replica.name} is gone")
        if state is ReplicaState.PAUSED and self.pause_failure:
            raise self.pause_failure
        if state is ReplicaState.RUNNING and one.replica.state is ReplicaState.STOPPED:
            self._wait_for_leave()
            if one.replica.is_adopted:
                self.faults.append(f"{replica.name} was adopted, and is started")
        self._run(self._set_state(one, state, grace_s))
        if state is ReplicaState.REMOVED:
            with self._lock:
                self._replicas.pop(replica.id, None)
            self.notify(replica.function, Change.REPLICAS, replica.id)
            return replace(one.replica, state=state)
        self.notify(replica.function, Change.REPLICAS, replica.id)
        return one.replica

    def watch(self, notify: Notify) -> None:
        self._unwatched.clear()
        self._notify = {notify}
        for function in {one.function for one in self.replicas()}:
            notify(function, Change.REPLICAS, "")
        self._unwatched.wait()

    def logs(self, query: LogQuery, closed: threading.Event) -> Iterator[LogMessage]:
        lines = [one for one in self._lines if one.name == query.function.name]
        lines = [one for one in lines if query.instance in ("", one.instance)]
        return iter(lines[-query.tail :] if query.tail > 0 else lines)

    def usage(self, function: FunctionName) -> Usage:
        return Usage(1.5, float(len(self.replicas(function))))

    def close(self) -> None:
        """End `watch`; the replicas go on."""
        self._notify = set()
        self._unwatched.set()

    # What tests do.

    def end(self) -> None:
        """End every replica and the thread."""
        self.close()
        for gate in (self.creating, self.checking, self.ready, self.answering):
            gate.set()
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def kill(self, replica: Replica, ended: str = "exit code 137") -> None:
        """Have a replica end by itself, at once, whatever is in it; does nothing to one that is removed."""
        self._stop(replica, 0.0, ended)
        self.notify(replica.function, Change.REPLICAS, replica.id)

    def lose(self, replica: Replica) -> None:
        """Remove a replica as somebody else would by force."""
        self._stop(replica, 0.0)
        with self._lock:
            self._replicas.pop(replica.id, None)
        self.notify(replica.function, Change.REPLICAS, replica.id)

    def restart(self, replica: Replica) -> None:
        """Have somebody else restart a replica: it has another address then."""
        self._run(self._replicas[replica.id].stop(0.0))
        self._run(self._replicas[replica.id].start())
        self.notify(replica.function, Change.REPLICAS, replica.id)

    def come(self, deployment: FunctionDeployment, revision: str = "adopted") -> Replica:
        """Have somebody else start a replica."""
        replica = self._make(deployment, revision, is_adopted=True)
        self.notify(replica.function, Change.REPLICAS, replica.id)
        return replica

    def tell_of_stop(self, replica: Replica) -> None:
        """Report that somebody else is about to stop a replica."""
        self.notify(replica.function, Change.STOPPING, replica.id)

    def go(self, replica: Replica, grace_s: float = PATIENCE_S) -> None:
        """Have somebody else stop and remove a replica, as `docker compose down` does."""
        self.tell_of_stop(replica)
        self._stop(replica, grace_s)
        self.lose(replica)

    def hang(self, replica: Replica) -> None:
        """Have a replica answer nothing more, although it runs."""
        self._loop.call_soon_threadsafe(self._replicas[replica.id].freeze)

    def answer_probes(self, replica: Replica, status: int, *, path: str) -> None:
        """Have a replica answer this to probes of a path that begins with /_/."""
        self._replicas[replica.id].probe_statuses[path.encode()] = status

    def answered(self, replica: Replica) -> int:
        """Return how many requests a replica answered."""
        return self._replicas[replica.id].answered

    def count(self, what: str) -> int:
        """Return how often it was asked for a "create", or for a state by its value."""
        return sum(call == what for call, _ in self.calls)

    def notify(self, function: FunctionName, change: Change, replica_id: str) -> None:
        """Report a change to whoever watches."""
        for notify in list(self._notify):
            notify(function, change, replica_id)

    # Private.

    def _stop(self, replica: Replica, grace_s: float, ended: str = "") -> None:
        if one := self._replicas.get(replica.id):
            self._run(one.stop(grace_s, ended))

    def _wait_for_leave(self) -> None:
        assert self.creating.wait(PATIENCE_S)
        if self.failure:
            raise self.failure

    def _make(self, deployment: FunctionDeployment, revision: str, *, is_adopted: bool) -> Replica:
        name = f"{deployment.name.name}-{next(self._numbers)}"
        one = FakeReplica(
            Replica(
                id=f"id-of-{name}",
                name=name,
                function=deployment.name,
                deployment=deployment,
                revision=revision,
                created_at=datetime.now(UTC),
                state=ReplicaState.STOPPED,
                is_adopted=is_adopted,
            ),
            self.ready,
            self.answering,
        )
        self._run(self._start(one))
        with self._lock:
            self._replicas[one.replica.id] = one
        self.notify(deployment.name, Change.REPLICAS, one.replica.id)
        return one.replica

    async def _start(self, one: FakeReplica) -> None:
        await one.start()
        self._print(one.replica, "hello\n")
        if "crash" in one.replica.deployment.image or one.replica.function.name in self.crashing:
            self._print(one.replica, "ModuleNotFoundError: No module named 'boom'\n")
            await one.stop(0.0, "exit code 1")

    def _print(self, replica: Replica, line: str) -> None:
        name = replica.function
        self._lines.append(LogMessage(name.name, name.namespace, replica.name, datetime.now(UTC), line))

    async def _set_state(self, one: FakeReplica, state: ReplicaState, grace_s: float) -> None:
        before = one.replica.state
        if state is ReplicaState.PAUSED:
            if before is ReplicaState.STOPPED:
                self.faults.append(f"{one.replica.name} is stopped, and is to be paused")
                return
            one.freeze()
            one.replica = replace(one.replica, state=state)
        elif state is not ReplicaState.RUNNING:
            await one.stop(grace_s)
        elif before is ReplicaState.PAUSED:
            one.thaw()
            one.replica = replace(one.replica, state=state)
        elif before is ReplicaState.STOPPED:
            await self._start(one)

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for one in list(self._replicas.values()):
            await one.stop(0.0)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S + 10)
