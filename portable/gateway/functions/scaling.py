"""How many replicas a function has: as many as are asked for, and none that runs while it rests, until a request."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from ...stack.errors import Conflict, GatewayError, NotFound, Refused, TimedOut, Unavailable
from ..providers.base import Replica, ReplicaState
from .mending import Mender
from .replicas import STOP_GRACE_S, Replicas
from .state import Endpoint, Function, Router

log = logging.getLogger(__name__)
IDLE_TICK_S = 0.25
MARGIN_S = 1.0
"""Waiting for any replica takes so much longer than waiting for one: the one's own failure tells more."""


class Scaler:
    """Changes how many replicas are wanted, and waits until they are there."""

    def __init__(
        self,
        replicas: Replicas,
        mender: Mender,
        router: Router,
        reconcile: Callable[[Function], Coroutine[Any, Any, None]],
    ) -> None:
        """`reconcile` refreshes a function's replicas and starts what follows from it."""
        self._replicas = replicas
        self._reconcile = reconcile
        self._mender = mender
        self._router = router
        self._waking: dict[Function, asyncio.Task[None]] = {}
        self._resting: dict[Function, asyncio.Task[None]] = {}
        self._paused_s: WeakKeyDictionary[Function, float] = WeakKeyDictionary()
        self._deploying: dict[Function, set[asyncio.Task[None]]] = {}

    def add_deployment(self, function: Function, task: asyncio.Task[None]) -> None:
        """Let requests that wait for the function wait for this deployment as well, until it ends."""
        tasks = self._deploying.setdefault(function, set())
        tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            tasks.discard(task)
            if not tasks:
                self._deploying.pop(function, None)

        task.add_done_callback(ended)

    def deployments(self, function: Function) -> set[asyncio.Task[None]]:
        """Return the updates of it that go on."""
        return self._deploying.get(function, set())

    def is_deploying(self, function: Function) -> bool:
        """Whether an update of it goes on."""
        return function in self._deploying

    async def scale(self, function: Function, replicas: int) -> None:
        """Run so many replicas; return when they are ready, or cannot be. 0 stops all, until the next request.

        Raises Refused outside of what its labels allow, Conflict for one that is not deployed yet or not ours to scale.
        """
        self._check(function, replicas)
        async with function.changing:
            if function.gone.is_set():
                raise NotFound(f"{function.name} was removed")
            function.wanted = replicas
            self._paused_s.pop(function, None)
            if not replicas:
                stopping = self._stop_all(function)
            else:
                self._mender.hurry(function)
                function.last_used_s = time.monotonic()
                await self._mender.level(function)
                stopping = None
        if stopping:
            await stopping
        elif starting := self._mender.starting(function):
            await asyncio.wait(starting)

    async def wake(self, function: Function) -> Endpoint:
        """Return an endpoint as soon as there is one; one start for all who wait.

        Raises NotFound if the function is removed meanwhile, Unavailable or TimedOut if no replica gets ready.
        """
        function.waiting += 1
        try:
            while True:
                if function.gone.is_set():
                    raise NotFound(f"error finding function {function.name}: it was removed")
                if endpoint := function.pick():
                    function.last_used_s = time.monotonic()
                    return endpoint
                await asyncio.shield(self._wake_task(function))
        finally:
            function.waiting -= 1

    async def watch_idle(self) -> None:
        """Pause and stop functions that may rest and are not used, for ever."""
        while True:
            await asyncio.sleep(IDLE_TICK_S)
            for function in self._router.functions.values():
                if function not in self._resting and (self._may_pause(function) or self._may_stop(function)):
                    task = self._replicas.spawn(self._rest(function), function.label)
                    self._resting[function] = task
                    task.add_done_callback(partial(self._rested, function))

    def note_paused(self, function: Function) -> None:
        """Count from now how long a function has been paused."""
        self._paused_s[function] = time.monotonic()

    def _check(self, function: Function, replicas: int) -> None:
        policy = function.policy
        if not function.revision:
            raise Conflict(
                f"{function.name} has no replica that ever got ready: {function.reason or 'it is being made'}"
            )
        if replicas > policy.maximum:
            raise Refused(
                f"{function.name} cannot have {replicas} replicas: its most is {policy.maximum}, "
                "which the label com.openfaas.scale.max sets, to 20 at most"
            )
        if 0 < replicas < policy.minimum:
            raise Refused(
                f"{function.name} cannot have {replicas} replicas: its least is {policy.minimum}, "
                "which the label com.openfaas.scale.min sets; 0 is allowed"
            )
        if replicas != function.wanted and function.is_adopted:
            raise Conflict(f"{function.name} was not started by the gateway: scale it with what started it")

    # Waking.

    def _wake_task(self, function: Function) -> asyncio.Task[None]:
        task = self._waking.get(function)
        if not task or task.done():
            task = self._waking[function] = self._replicas.spawn(self._wake(function), function.label)
            task.add_done_callback(lambda task: self._woken(function, task))
        return task

    def _woken(self, function: Function, task: asyncio.Task[None]) -> None:
        if self._waking.get(function) is task:
            del self._waking[function]

    async def _wake(self, function: Function) -> None:
        limit_s = self._replicas.config.start_timeout_s + function.ready_probe.initial_delay_s
        starting = self._replicas.spawn(self._start(function), function.label)
        try:
            async with asyncio.timeout(limit_s + MARGIN_S):
                await self._first_endpoint(function, starting)
        except Unavailable:
            raise
        except GatewayError as error:
            raise Unavailable(f"no replica of {function.name} can be started: {error}") from error
        except TimeoutError:
            raise TimedOut(
                f"no replica of {function.name} got ready within {limit_s:g} s{_because(function)}"
            ) from None

    async def _start(self, function: Function) -> None:
        while not function.revision and (deploying := self._deploying.get(function)):
            await asyncio.wait(deploying, return_when=asyncio.FIRST_COMPLETED)
        async with function.changing:
            if function.endpoints or not function.revision:
                return
            paused = sum(replica.state is ReplicaState.PAUSED for replica in function.serving)
            function.wanted = function.wanted or max(function.policy.minimum, paused)
            self._paused_s.pop(function, None)
            function.last_used_s = time.monotonic()
            self._mender.hurry(function)
            await self._mender.level(function)

    async def _first_endpoint(self, function: Function, starting: asyncio.Task[None]) -> None:
        """Return when there is an endpoint or the function is gone. Raises why there will be none."""
        events = [asyncio.ensure_future(event.wait()) for event in (function.available, function.gone)]
        is_known = False
        try:
            while not function.endpoints and not function.gone.is_set():
                work = (starting, *self._mender.starting(function), *self._deploying.get(function, ()))
                work = tuple(task for task in work if not task.done())
                if not work:
                    await starting  # raises why it could not
                    if is_known:
                        raise self._failure(function)
                    is_known = True  # but what was reported last may not have been taken up
                    starting = self._replicas.spawn(self._reconcile(function), function.label)
                    continue
                await asyncio.wait((*events, *work), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for event in events:
                event.cancel()

    def _failure(self, function: Function) -> GatewayError:
        up = [one for one in function.serving if one.state is not ReplicaState.STOPPED]
        if function.is_adopted and all(one.id in self._mender.stopping for one in up):
            return Unavailable(f"{function.name} is stopped, and not the gateway's to start; what made it can")
        return Unavailable(f"no replica of {function.name} is ready{_because(function)}")

    # Resting.

    def _rested(self, function: Function, _: asyncio.Task[None]) -> None:
        self._resting.pop(function, None)

    def _is_idle(self, function: Function) -> bool:
        return function.policy.to_zero and not function.in_flight and function not in self._waking

    def _may_pause(self, function: Function) -> bool:
        idle_s = time.monotonic() - function.last_used_s
        return bool(
            function.wanted
            and idle_s >= function.policy.pause_after_s
            and self._is_idle(function)
            and not self._mender.starting(function)
        )

    def _may_stop(self, function: Function) -> bool:
        paused_s = self._paused_s.get(function)
        return bool(
            paused_s is not None
            and time.monotonic() - paused_s >= function.policy.stop_after_s
            and self._is_idle(function)
            and not function.is_adopted
        )

    async def _rest(self, function: Function) -> None:
        stopping = None
        async with function.changing:
            if function.gone.is_set():
                return
            if self._may_pause(function):
                await self._pause_all(function)
            elif self._may_stop(function):
                del self._paused_s[function]
                stopping = self._stop_all(function)
        if stopping:
            await stopping

    async def _pause_all(self, function: Function) -> None:
        """Pause every replica; `function.changing` is held, so that whoever wants one waits until all are paused."""
        endpoints, wanted = function.endpoints, function.wanted
        function.set_endpoints([])
        function.wanted = 0
        for endpoint in endpoints:
            endpoint.close()
        running = [replica for replica in function.serving if replica.state is ReplicaState.RUNNING]
        pausing = [self._replicas.set_state(one, ReplicaState.PAUSED, function.replicas) for one in running]
        results = await asyncio.gather(*pausing, return_exceptions=True)
        if errors := [error for error in results if isinstance(error, BaseException)]:
            function.wanted = wanted
            function.last_used_s = time.monotonic()
            self._mender.mend(function)
            raise errors[0]
        self.note_paused(function)
        log.info("%s: paused, unused for %g s", function.label, function.policy.pause_after_s)

    def _stop_all(self, function: Function) -> asyncio.Task[None] | None:
        """Stop one replica when nothing is in flight, and retire the others; `function.changing` is held."""
        function.wanted = 0
        endpoints = {endpoint.replica.id: endpoint for endpoint in function.endpoints}
        function.set_endpoints([])
        order = [ReplicaState.STOPPED, ReplicaState.PAUSED, ReplicaState.RUNNING]
        serving = sorted(function.serving, key=lambda one: order.index(one.state))
        for replica in serving[1:]:
            self._replicas.retire(function, replica, endpoints.get(replica.id))
        if not serving:
            return None
        kept = serving[0]
        self._mender.give_up(kept.id)
        return self._replicas.spawn(self._stop(function, kept, endpoints.get(kept.id)), function.label)

    async def _stop(self, function: Function, replica: Replica, endpoint: Endpoint | None) -> None:
        if endpoint:
            await self._replicas.drain(endpoint)
        async with function.changing:
            now = function.replicas.get(replica.id)
            if function.wanted or not now or now.state is ReplicaState.STOPPED:
                return  # a request has come, or it is gone
            await self._replicas.set_state(now, ReplicaState.STOPPED, function.replicas, STOP_GRACE_S)
            log.info("%s: stopped", function.label)


def _because(function: Function) -> str:
    return f": {function.reason}" if function.reason else ""
