"""What the provider has and what the gateway knows, brought together: replicas that came, went, ended or were there."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable

from ...stack.errors import GatewayError
from ...stack.messages import FunctionName
from ...stack.scaling import Probe
from ..providers.base import Replica, ReplicaState
from .mending import Mender
from .probes import Prober
from .replicas import Replicas
from .revisions import LONG_AGO, made_at, newest_first, revision_made_at
from .rollout import UPDATE, Rollout, reason
from .scaling import Scaler
from .state import Endpoint, Function, Router

log = logging.getLogger(__name__)


class Reconciler:
    """Refreshes what is known of functions' replicas, and starts the work that follows from it."""

    def __init__(self, replicas: Replicas, prober: Prober, router: Router) -> None:
        self._replicas = replicas
        self._prober = prober
        self._router = router
        self.mender = Mender(replicas, prober, lambda function: self.refresh(function.name))
        self.rollout = Rollout(replicas, prober, self.mender, lambda function: self.refresh(function.name))
        self.scaler = Scaler(replicas, self.mender, router, self._reconcile)
        self.deleting: Counter[FunctionName] = Counter()
        """Functions whose replicas are about to be removed: they are not found again."""
        self._refreshing: dict[FunctionName, bool] = {}
        """The functions that are being refreshed, and whether they are to be refreshed once more."""
        self._stopping: dict[str, asyncio.TimerHandle] = {}
        self._overtaking: set[str] = set()
        """Revisions that are to take over as soon as they are ready."""
        self._reconciling: set[Function] = set()

    def refresh(self, name: FunctionName) -> None:
        """Ask the provider for a function's replicas, in the background; many calls make one question."""
        if name in self._refreshing:
            self._refreshing[name] = True
            return
        self._refreshing[name] = True
        self._replicas.run(self._refresh_until_current(name), name)

    def stop_sending(self, name: FunctionName, replica_id: str) -> None:
        """Send no more requests to a replica that is being stopped from outside; it still answers those it has."""
        function = self._router.functions.get(name)
        if not function or not (endpoint := function.take_out(replica_id)):
            return
        self._replicas.dismiss(function, endpoint)
        self.mender.stopping.add(replica_id)
        self.refresh(name)  # another may have to take its place
        loop = asyncio.get_running_loop()
        patience_s = self._replicas.config.write_timeout_s
        self._stopping[replica_id] = loop.call_later(patience_s, self._has_not_stopped, function, replica_id)

    def adopt(self, replicas: Iterable[Replica]) -> None:
        """Take over the replicas of a function that is not known: it is routed at once, served as soon as it can.

        They are all of one function, at least one.
        """
        groups = newest_first(replicas)
        created_at = min(one.created_at for group in groups for one in group)
        function = Function(groups[0][0].deployment, revision="", created_at=created_at)
        self._router.functions[function.name] = function
        task = self._replicas.spawn(self._adopt(function, groups), function.label)
        self.scaler.add_deployment(function, task)

    def vanish(self, function: Function) -> list[Endpoint]:
        """Take a function out of the router; whoever waits for it is told. Return the endpoints that it had."""
        if self._router.functions.get(function.name) is function:
            del self._router.functions[function.name]
        endpoints = function.endpoints
        function.set_endpoints([])
        function.gone.set()
        return endpoints

    def close(self) -> None:
        """Cancel what was to happen later."""
        self.mender.close()
        for timer in self._stopping.values():
            timer.cancel()

    # Taking over.

    async def _adopt(self, function: Function, groups: list[list[Replica]]) -> None:
        """Serve by the newest revision that answers, and then move to a newer one that gets ready."""
        index = await self._first_ready(groups) if len(groups) > 1 else 0
        async with function.rolling, function.changing:
            if function.gone.is_set() or function.revision:
                return
            serving = groups[index]
            function.is_adopted = any(one.is_adopted for one in serving)
            function.replicas = {one.id: one for one in serving}
            function.set_deployment(serving[0].deployment, serving[0].revision)
            function.wanted = _wanted(function, serving)
            if any(one.state is ReplicaState.PAUSED for one in serving) and not function.wanted:
                self.scaler.note_paused(function)
            for replica in (one for group in groups[index + 1 :] + groups[1:index] for one in group):
                self._put_aside(function, replica)
            await self.mender.level(function)
        if index:
            self._overtake(function, groups[0])

    async def _first_ready(self, groups: list[list[Replica]]) -> int:
        """Return the index of the newest revision that answers now, of the oldest if none does."""

        async def is_ready(group: list[Replica]) -> bool:
            running = [one for one in group if one.state is ReplicaState.RUNNING]
            probes = [self._prober.probe(one, Probe.of(one.deployment, "ready")) for one in running]
            return any(not answer.why for answer in await asyncio.gather(*probes))

        ready = await asyncio.gather(*(is_ready(group) for group in groups))
        return ready.index(True) if True in ready else len(groups) - 1

    def _overtake(self, function: Function, replicas: list[Replica]) -> None:
        revision = replicas[0].revision
        if revision not in self._overtaking:
            self._overtaking.add(revision)
            task = self._replicas.spawn(self._take_over(function, replicas), function.label)
            self.scaler.add_deployment(function, task)
            task.add_done_callback(lambda _: self._overtaking.discard(revision))

    async def _take_over(self, function: Function, replicas: list[Replica]) -> None:
        try:
            await self.rollout.take_over(function, replicas)
        except GatewayError as error:
            function.troubles[UPDATE] = reason(error)
            raise

    def _put_aside(self, function: Function, replica: Replica) -> None:
        """Note an older replica if it is adopted, and remove it if it is the gateway's own."""
        if replica.is_adopted:
            function.replicas[replica.id] = replica
        else:
            self._replicas.retire(function, replica)

    # Refreshing.

    async def _refresh_until_current(self, name: FunctionName) -> None:
        try:
            while self._refreshing[name]:
                self._refreshing[name] = False
                await self._refresh_once(name)
        finally:
            del self._refreshing[name]

    async def _refresh_once(self, name: FunctionName) -> None:
        since = self._replicas.now()
        seen = await self._seen(name)
        function = self._router.functions.get(name)
        if not function:
            strangers = [one for one in seen.values() if not self._replicas.is_stale(one.id, since)]
            if strangers and not self.deleting[name]:
                self.adopt(strangers)
            return
        has_changed = self._note(function, seen, since)
        if function not in self._reconciling and (has_changed or self._needs_reconciling(function, seen)):
            self._reconciling.add(function)
            self._replicas.run(self._reconcile(function), function.label)

    async def _seen(self, name: FunctionName) -> dict[str, Replica]:
        return {one.id: one for one in await self._replicas.call(self._replicas.provider.replicas, name)}

    def _note(self, function: Function, seen: dict[str, Replica], since: int) -> bool:
        """Bring what is known of the function's replicas up to date; return whether anything changed."""
        has_changed = False
        for known in (function.replicas, function.incoming):
            for replica in list(known.values()):
                if self._replicas.is_stale(replica.id, since):
                    continue
                now = seen.get(replica.id)
                if now == replica:
                    continue
                has_changed = True
                if now:
                    known[replica.id] = now
                if not now or now.state is not ReplicaState.RUNNING:
                    self._forget_stopping(replica.id)
                    if known is function.replicas and replica.state is ReplicaState.RUNNING:
                        self.mender.lose(function, replica, now)
                elif (now.host, now.port) != (replica.host, replica.port) and (out := function.take_out(now.id)):
                    self._replicas.dismiss(function, out)
                if not now:
                    self._replicas.forget(function, replica.id)
        return has_changed

    def _needs_reconciling(self, function: Function, seen: dict[str, Replica]) -> bool:
        is_known = function.replicas.keys() | function.incoming.keys() | self._replicas.retiring.keys()
        is_short = len(function.endpoints) < function.wanted
        return (
            is_short
            or any(one.id not in is_known and not self._is_moving(function, one) for one in seen.values())
            or bool(self._overtakers(function, seen))
        )

    async def _reconcile(self, function: Function) -> None:
        """Note the replicas that came, and start those that are wanted."""
        async with function.changing:
            self._reconciling.discard(function)
            if function.gone.is_set() or not function.revision:
                return
            since = self._replicas.now()
            seen = await self._seen(function.name)
            if function.gone.is_set():
                return
            _ = self._note(function, seen, since)
            fresh = {one.id: one for one in seen.values() if not self._replicas.is_stale(one.id, since)}
            newer = self._overtakers(function, fresh)
            for replica in fresh.values():
                if replica.id not in function.replicas and not self._is_moving(function, replica):
                    self._take_up(function, replica, newer)
            if function.is_adopted:
                if not function.replicas and not newer and not function.incoming_revision:
                    self.vanish(function)  # nothing can make it again
                    return
                function.wanted = _wanted(function, function.serving)
            await self.mender.level(function)
        if newer:
            self._overtake(function, newer)

    def _is_moving(self, function: Function, replica: Replica) -> bool:
        """Whether it is the matter of an update that goes on."""
        return replica.revision == function.incoming_revision or replica.revision in self._overtaking

    def _overtakers(self, function: Function, seen: dict[str, Replica]) -> list[Replica]:
        """Return the running adopted replicas that are newer than what serves, or all that is left."""
        serving = function.serving
        if function.is_adopted:  # others can be made again, these not
            serving = [one for one in serving if one.state is not ReplicaState.STOPPED]
            serving = [one for one in serving if one.id not in self.mender.stopping]
        newest = revision_made_at(function.revision) or max(map(made_at, serving), default=LONG_AGO)
        found = [
            one
            for one in seen.values()
            if one.is_adopted
            and one.state is ReplicaState.RUNNING
            and one.revision != function.revision
            and made_at(one) > newest
            and one.id not in self.mender.stopping
            and not self._is_moving(function, one)
        ]
        return next(iter(newest_first(found)), [])

    def _take_up(self, function: Function, replica: Replica, newer: list[Replica]) -> None:
        """Note a replica that was not known, unless it is to overtake those that serve."""
        if replica.revision == function.revision:
            function.replicas[replica.id] = replica
        elif replica not in newer:
            self._put_aside(function, replica)

    def _forget_stopping(self, replica_id: str) -> None:
        self.mender.stopping.discard(replica_id)
        if timer := self._stopping.pop(replica_id, None):
            timer.cancel()

    def _has_not_stopped(self, function: Function, replica_id: str) -> None:
        self._forget_stopping(replica_id)
        self.mender.mend(function)


def _wanted(function: Function, serving: Iterable[Replica]) -> int:
    """Return how many replicas are wanted, by those that there are: 0 if it rests."""
    replicas = list(serving)
    policy = function.policy
    if any(one.is_adopted for one in replicas):
        running = sum(one.state is ReplicaState.RUNNING for one in replicas)
        return running and sum(one.state is not ReplicaState.STOPPED for one in replicas)
    up = [one for one in replicas if one.state is not ReplicaState.STOPPED or one.ended]
    if up and all(one.state is ReplicaState.PAUSED for one in up):
        return 0
    if not up and policy.to_zero:
        return 0
    return min(max(policy.minimum, len(up)), policy.maximum)
