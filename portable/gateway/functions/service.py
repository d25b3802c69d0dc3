"""What happens to functions: deployed, updated, scaled, woken, mended, removed. The same over every provider.

All of it runs on the event loop; what blocks is the provider's, and runs in threads. Traffic moves only to replicas
that are ready, and a replica ends only when no request is in it.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from ...stack.errors import Conflict, GatewayError, NotFound
from ...stack.messages import FunctionDeployment, FunctionName, FunctionStatus, Usage
from ...stack.quantities import parse_duration_s
from ...stack.retries import RetryPolicy
from ...stack.scaling import check_policies
from ...stack.schedules import Schedule
from ..config import Config
from ..http.once import get
from ..providers.base import Change, Provider, Replica, ReplicaState
from .probes import Ask, Prober
from .reconciling import Reconciler
from .replicas import Replicas
from .rollout import UPDATE, reason
from .state import Endpoint, Function, Router

log = logging.getLogger(__name__)
DELETE_MARGIN_S = 15.0


class Functions:
    """The functions of one provider, kept as they are wanted."""

    def __init__(self, provider: Provider, router: Router, config: Config, probe: Ask = get) -> None:
        self._provider = provider
        self._router = router
        self._config = config
        self._replicas = Replicas(provider, config)
        self._reconciler = Reconciler(self._replicas, Prober(probe, config.upstream_timeout_s), router)
        self._scaler = self._reconciler.scaler
        self._turns = itertools.count(1)
        self._newest_turn: WeakKeyDictionary[Function, int] = WeakKeyDictionary()
        self._begun: dict[Function, FunctionDeployment] = {}
        """What is being deployed now, by function: the newest that was begun."""
        self._watch: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """Take over every replica that the provider has, deploy what it declares, and begin to watch.

        Every function is in the router when this returns; requests wait until their function is ready. Raises
        Unavailable if the provider cannot be reached.
        """
        self._loop = asyncio.get_running_loop()
        found: dict[FunctionName, list[Replica]] = {}
        for replica in await self._replicas.call(self._provider.replicas):
            found.setdefault(replica.function, []).append(replica)
        for name, replicas in found.items():
            try:
                self._reconciler.adopt(replicas)
            except GatewayError as error:
                log.warning("%s: cannot be taken over: %s", name, error)
        for deployment in await self._replicas.call(self._provider.declared):
            if deployment.name not in found:
                _ = self._begin(deployment)
        self._replicas.run(self._scaler.watch_idle(), "watching for idle functions")
        self._watch = threading.Thread(target=self._watch_provider, args=(self._loop,), name="watch", daemon=True)
        self._watch.start()

    async def deploy(self, deployment: FunctionDeployment, *, is_new: bool | None = None) -> bool:
        """Deploy a function, or update it by a rolling update; return False if that still goes on when time is up.

        The newest of several deployments of one function wins. Raises Conflict if it is to be new and is there or if
        a newer one has taken its place, NotFound if it is not to be new and is not there, Refused or TimedOut if the
        new version does not get ready: what was there before goes on then. Refused as well for a schedule that is none.
        """
        Schedule.from_annotations(deployment.annotations)
        function = self._router.functions.get(deployment.name)
        is_there = bool(function and (function.revision or self._scaler.is_deploying(function)))
        if is_new and is_there:
            raise Conflict(f"{deployment.name} is deployed already: update it with `faas-cli deploy`, or --replace it")
        if is_new is False and not function:
            raise NotFound(f"{deployment.name} is not deployed, so it cannot be updated")
        task = self._begin(deployment)
        done, _ = await asyncio.wait([task], timeout=self._config.deploy_wait_s)
        if done:
            await task
        return bool(done)

    async def delete(self, name: FunctionName) -> None:
        """Remove a function: it is gone for new requests at once, and its replicas when those in flight have ended.

        Returns when they are, or when a deployment's time is up. Raises NotFound.
        """
        function = self._router.find(name)
        endpoints = self._reconciler.vanish(function)
        await self._within_wait(self._delete(function, endpoints), function)

    async def scale(self, name: FunctionName, replicas: int) -> None:
        """Run so many replicas; return when they are ready, or when a deployment's time is up.

        0 stops them all, until the next request. Raises NotFound, Refused, Conflict, or what the provider raises.
        """
        function = self._router.find(name)
        await self._within_wait(self._scaler.scale(function, replicas), function)

    def statuses(self, namespace: str = "") -> list[FunctionStatus]:
        """Return how every function of a namespace (all, if "") is, by name."""
        functions = sorted(self._router.functions.values(), key=lambda function: function.name)
        return [_status(function) for function in functions if namespace in ("", function.name.namespace)]

    async def status(self, name: FunctionName, *, with_usage: bool = False) -> FunctionStatus:
        """Return how a function is. Raises NotFound."""
        function = self._router.find(name)
        usage = await self._replicas.call(self._provider.usage, name) if with_usage else None
        return _status(function, usage)

    async def wake(self, function: Function) -> Endpoint:
        """Return an endpoint of a function that had none, once one is ready; one start for many waiters.

        Nothing must come between its return and `Endpoint.acquire`. Raises NotFound if the function is removed
        meanwhile, Unavailable or TimedOut if no replica gets ready; the next call tries again.
        """
        return await self._scaler.wake(function)

    async def close(self) -> None:
        """Stop watching and scaling, and close the provider; functions that can outlive the gateway go on."""
        self._loop = None
        self._reconciler.close()
        await self._replicas.close()
        await asyncio.to_thread(self._provider.close)
        if self._watch:
            await asyncio.to_thread(self._watch.join, DELETE_MARGIN_S)

    def on_change(self, name: FunctionName, change: Change, replica_id: str) -> None:
        """Take a provider's report; called on the event loop."""
        if not self._loop:
            return
        if change is Change.REPLICAS:
            self._reconciler.refresh(name)
        elif change is Change.STOPPING:
            self._reconciler.stop_sending(name, replica_id)
        elif (function := self._router.functions.get(name)) and function.revision:
            _ = self._begin(self._begun.get(function, function.deployment))

    def _watch_provider(self, loop: asyncio.AbstractEventLoop) -> None:
        def notify(name: FunctionName, change: Change, replica_id: str) -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(self.on_change, name, change, replica_id)

        self._provider.watch(notify)

    async def _within_wait(self, work: Coroutine[Any, Any, None], function: Function) -> None:
        task = self._replicas.spawn(work, function.label)
        done, _ = await asyncio.wait([task], timeout=self._config.deploy_wait_s)
        if done:
            await task

    # Deploying.

    def _begin(self, deployment: FunctionDeployment) -> asyncio.Task[None]:
        """Deploy in the background. Raises Refused for labels and annotations that cannot be used."""
        check_policies(deployment)
        RetryPolicy.from_annotations(deployment.annotations)
        function = self._router.functions.get(deployment.name)
        if not function:
            function = Function(deployment, revision="", created_at=datetime.now(UTC))
            self._router.functions[function.name] = function
        self._begun[function] = deployment
        task = self._replicas.spawn(self._deploy(function, deployment, next(self._turns)), function.label)
        self._scaler.add_deployment(function, task)
        return task

    async def _deploy(self, function: Function, deployment: FunctionDeployment, turn: int) -> None:
        begun_s = asyncio.get_running_loop().time()
        try:
            await self._replicas.call(self._provider.check, deployment)
            self._newest_turn[function] = max(turn, self._newest_turn.get(function, 0))
            is_current = lambda: self._newest_turn.get(function) == turn  # noqa: E731
            await self._reconciler.rollout.roll(function, deployment, is_current)
        except GatewayError as error:
            is_answered = asyncio.get_running_loop().time() - begun_s >= self._config.deploy_wait_s
            self._note_failure(function, turn, error, is_answered=is_answered)
            raise
        finally:
            if self._begun.get(function) is deployment:
                del self._begun[function]
        self._warn_of_timeouts(function)

    def _note_failure(self, function: Function, turn: int, error: GatewayError, *, is_answered: bool) -> None:
        """Keep why a deployment failed; a function that never served is gone, unless that is the only way to tell."""
        if function.gone.is_set() or self._newest_turn.get(function, 0) > turn:
            return
        function.troubles[UPDATE] = reason(error)
        others = self._scaler.deployments(function) - {asyncio.current_task()}
        if not function.revision and not is_answered and not others:
            self._reconciler.vanish(function)

    def _warn_of_timeouts(self, function: Function) -> None:
        written = function.deployment.env_vars.get("exec_timeout", "")
        limit_s = self._config.upstream_timeout_s
        with suppress(ValueError):
            if written and parse_duration_s(written) > limit_s:
                text = (
                    f"exec_timeout is {written}, but the gateway gives a function {limit_s:g} s to begin its reply: "
                    "start the gateway with a longer --upstream-timeout"
                )
                function.troubles["exec_timeout"] = text
                log.warning("%s: %s", function.label, text)

    # Deleting.

    async def _delete(self, function: Function, endpoints: list[Endpoint]) -> None:
        served = {endpoint.replica.id: endpoint for endpoint in endpoints}
        deleting = self._reconciler.deleting
        deleting[function.name] += 1
        try:
            async with function.rolling, function.changing:
                left = await self._left_of(function)
                for replica in left:
                    self._replicas.retire(function, replica, served.get(replica.id))
        finally:
            deleting[function.name] -= 1
        removals = [task for one in left if (task := self._replicas.retiring.get(one.id))]
        if removals:
            await asyncio.wait(removals, timeout=self._config.write_timeout_s + DELETE_MARGIN_S)

    async def _left_of(self, function: Function) -> list[Replica]:
        """Return the replicas of a function that is removed, without those of one that was deployed since."""
        try:
            seen = await self._replicas.call(self._provider.replicas, function.name)
        except GatewayError as error:
            log.warning("%s: its replicas cannot be listed: %s", function.label, error)
            seen = []
        found = function.replicas | {one.id: one for one in seen}
        now = self._router.functions.get(function.name)
        theirs = {now.revision, now.incoming_revision} if now else set()
        return [one for one in found.values() if one.revision not in theirs]


def _status(function: Function, usage: Usage | None = None) -> FunctionStatus:
    return FunctionStatus(
        deployment=function.deployment,
        replicas=sum(replica.state is ReplicaState.RUNNING for replica in function.serving),
        available_replicas=len(function.endpoints),
        invocation_count=function.invocation_count,
        created_at=function.created_at,
        usage=usage,
        reason=function.reason,
    )
