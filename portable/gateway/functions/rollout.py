"""Updates: the traffic moves to new replicas when all are ready, and the old ones end when they are done."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ...stack.errors import Conflict, GatewayError, NotFound, Refused, TimedOut
from ...stack.messages import FunctionDeployment
from ...stack.scaling import Probe, ScalePolicy
from ..providers.base import Replica, ReplicaState
from .mending import Mender
from .probes import NotReady, Prober
from .replicas import Replicas
from .revisions import new_revision
from .state import Endpoint, Function

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = logging.getLogger(__name__)
UPDATE = "update"
"""What a function's trouble is about when an update failed."""


class Rollout:
    """Moves functions to another revision, or leaves them as they were."""

    def __init__(self, replicas: Replicas, prober: Prober, mender: Mender, refresh: Callable[[Function], None]) -> None:
        self._replicas = replicas
        self._prober = prober
        self._mender = mender
        self._refresh = refresh

    async def roll(self, function: Function, deployment: FunctionDeployment, is_current: Callable[[], bool]) -> None:
        """Replace a function's replicas by new ones.

        Gives up when `is_current` is not true any more. Raises a GatewayError that says why the new version does not
        serve; its replicas are removed then, and the old ones go on.
        """
        policy = ScalePolicy.from_labels(deployment.labels)
        async with self._incoming(function, new_revision()) as revision:
            _check(function, is_current)
            count = min(max(policy.minimum, function.wanted), policy.maximum)
            creating = [self._replicas.create(deployment, revision, function.incoming) for _ in range(count)]
            for result in await asyncio.gather(*creating, return_exceptions=True):
                if isinstance(result, BaseException):
                    raise result
            await self._all_ready(function, deployment, is_current)
            await self._switch(function, deployment, revision, is_current)

    async def take_over(self, function: Function, replicas: Iterable[Replica]) -> None:
        """Move a function to replicas of a newer revision that are there already: adopted, or left by an update."""
        found = {replica.id: replica for replica in replicas}
        newest = next(iter(found.values()))
        async with self._incoming(function, newest.revision):
            function.incoming.update(found)
            for replica in found.values():
                if replica.state is not ReplicaState.RUNNING and not replica.is_adopted:
                    await self._replicas.set_state(replica, ReplicaState.RUNNING, function.incoming)
            await self._all_ready(function, newest.deployment, lambda: True)
            await self._switch(function, newest.deployment, newest.revision, lambda: True)

    @asynccontextmanager
    async def _incoming(self, function: Function, revision: str) -> AsyncIterator[str]:
        """Hold `function.rolling`; what is still incoming at the end is removed."""
        async with function.rolling:
            function.incoming_revision = revision
            try:
                yield revision
            finally:
                function.incoming_revision = ""
                for replica in list(function.incoming.values()):
                    if replica.is_adopted:
                        self._replicas.forget(function, replica.id)
                    else:
                        self._replicas.retire(function, replica)

    async def _all_ready(
        self, function: Function, deployment: FunctionDeployment, is_current: Callable[[], bool]
    ) -> None:
        probe = Probe.of(deployment, "ready")
        waits = [
            asyncio.ensure_future(self._ready(function, replica, probe, is_current))
            for replica in function.incoming.values()
        ]
        try:
            for finished in asyncio.as_completed(waits):
                await finished
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _ready(
        self, function: Function, replica: Replica, probe: Probe, is_current: Callable[[], bool]
    ) -> Replica:
        def current() -> Replica | None:
            _check(function, is_current)
            return function.incoming.get(replica.id)

        timeout_s = self._replicas.config.start_timeout_s
        try:
            return await self._prober.until_ready(probe, current, lambda: self._refresh(function), timeout_s)
        except NotReady as error:
            last_seen = function.incoming.get(replica.id, replica)
            lines = await self._replicas.last_lines(last_seen)
            old = "; the version before goes on serving" if function.revision else ""
            text = f"{function.name} did not start{old}: replica {replica.name} {error}{lines}"
            kind = TimedOut if last_seen.state is ReplicaState.RUNNING else Refused
            raise kind(text) from None

    async def _switch(
        self, function: Function, deployment: FunctionDeployment, revision: str, is_current: Callable[[], bool]
    ) -> None:
        async with function.changing:
            _check(function, is_current)
            old, old_endpoints = list(function.replicas.values()), function.endpoints
            function.set_deployment(deployment, revision)
            function.replicas = {one.id: one for one in old if one.is_adopted} | function.incoming
            function.incoming = {}
            running = [replica for replica in function.serving if replica.state is ReplicaState.RUNNING]
            function.set_endpoints(Endpoint(replica) for replica in running)
            function.is_adopted = any(replica.is_adopted for replica in running)
            least, most = function.policy.minimum, function.policy.maximum
            function.wanted = len(running) if function.is_adopted else min(max(least, function.wanted), most)
            function.last_used_s = time.monotonic()
            function.troubles.clear()
            self._let_go(function, old, old_endpoints)
            for endpoint in function.endpoints:
                self._mender.watch(function, endpoint)
            self._mender.mend(function)  # one may have ended meanwhile, or more be wanted
            log.info("%s: serves %s by %d replicas", function.label, deployment.image, len(running))

    def _let_go(self, function: Function, old: list[Replica], old_endpoints: list[Endpoint]) -> None:
        """Let the old replicas finish what is in them; those that are the gateway's own are removed then."""
        endpoints = {endpoint.replica.id: endpoint for endpoint in old_endpoints}
        for replica in old:
            endpoint = endpoints.get(replica.id)
            if not replica.is_adopted:
                self._replicas.retire(function, replica, endpoint)
            elif endpoint:
                self._replicas.dismiss(function, endpoint)


def _check(function: Function, is_current: Callable[[], bool]) -> None:
    if function.gone.is_set():
        raise NotFound(f"{function.name} was removed while it was being deployed")
    if not is_current():
        raise Conflict(f"{function.name}: a newer deployment has taken this one's place")


def reason(error: GatewayError) -> str:
    """Return what a function's status says about an update that failed."""
    return f"the last update failed: {error}"
