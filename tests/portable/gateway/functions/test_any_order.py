"""Whatever happens to functions, in whatever order: calls are answered, by one revision, and nothing is left."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from portable.gateway.providers.base import Change, ReplicaState
from portable.stack.errors import Conflict, GatewayError, NotFound, Refused
from portable.stack.messages import FunctionName

from ..fake_provider import FakeProvider
from ..fleet import PATIENCE_S, TO_ZERO, Fleet, deployment, gather

NAMES = st.sampled_from(["a", "b"])
IMAGES = st.sampled_from(["v1", "v2", "v3"])
LABELS = st.fixed_dictionaries({"com.openfaas.scale.min": st.sampled_from(["1", "2"])})
RESTING = {**TO_ZERO, "com.openfaas.scale.stop-duration": "300ms"}
ADOPTED = "adopted"


class Gateway(RuleBasedStateMachine):
    """Functions a and b are deployed, another one is adopted, and the gateway is killed now and then."""

    @initialize()
    def begin(self) -> None:
        self.provider = FakeProvider()
        self.loop = asyncio.new_event_loop()
        self.fleet = Fleet(self.provider, start_timeout_s=10.0, write_timeout_s=5.0)
        self.pending: list[asyncio.Task[Any]] = []
        self.images: dict[str, set[str]] = {}
        """What may answer, by function; the functions that are not here may be there only if one is pending."""
        self.run(self.fleet.functions.start())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(work, 2 * PATIENCE_S))

    @rule(name=NAMES, image=IMAGES, labels=LABELS, rest=st.sampled_from([{}, RESTING]))
    def deploy(self, name: str, image: str, labels: dict[str, str], rest: dict[str, str]) -> None:
        made = deployment(name, image, labels={**labels, **rest})
        assert self.run(self.fleet.functions.deploy(made))
        self.images[name] = {image}

    @rule(name=NAMES, image=IMAGES)
    def begin_to_deploy(self, name: str, image: str) -> None:
        async def begin() -> None:
            self.pending.append(asyncio.create_task(self.fleet.functions.deploy(deployment(name, image))))
            await asyncio.sleep(0.002)

        self.run(begin())
        if name in self.images:
            self.images[name].add(image)

    @rule(name=NAMES)
    def deploy_what_crashes(self, name: str) -> None:
        try:
            self.run(self.fleet.functions.deploy(deployment(name, "crash")))
        except GatewayError:
            return
        raise AssertionError("it was deployed")

    @rule(name=NAMES, replicas=st.integers(0, 4))
    def scale(self, name: str, replicas: int) -> None:
        with suppress(NotFound, Conflict, Refused):  # it is not there, or not yet, or may not have so few
            self.run(self.fleet.functions.scale(FunctionName(name), replicas))

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        self.settle()
        assert name in self.fleet or name not in self.images
        self.images.pop(name, None)
        self.run(self._delete(name))

    @rule(which=st.integers(0, 5))
    def kill_a_replica(self, which: int) -> None:
        replicas = self.fleet.replicas(ReplicaState.RUNNING)
        if replicas:
            self.provider.kill(replicas[which % len(replicas)])

    @rule(which=st.integers(0, 5))
    def remove_a_replica(self, which: int) -> None:
        replicas = [one for one in self.fleet.replicas() if not one.is_adopted]
        if replicas:
            self.provider.lose(replicas[which % len(replicas)])

    @rule(revision=st.sampled_from(["1", "2"]))
    def adopt(self, revision: str) -> None:
        self.provider.come(deployment(ADOPTED, f"v{revision}"), revision)

    @rule()
    def abandon(self) -> None:
        for replica in self.provider.replicas(FunctionName(ADOPTED))[:1]:
            self.run(asyncio.to_thread(self.provider.go, replica))

    @rule(name=NAMES)
    def change_source(self, name: str) -> None:
        self.provider.notify(FunctionName(name), Change.SOURCE, "")

    @rule()
    def wait(self) -> None:
        self.run(asyncio.sleep(0.4))

    @rule()
    def kill_the_gateway(self) -> None:
        """Have another gateway take over; what this one told the engine goes on for a while.

        Replicas are all that it can know a function by: one that has none, being at rest, is called to have one.
        """
        for name in self.images:
            if not self.provider.replicas(FunctionName(name)):
                self.run(self._answer(name))
        self.run(self.fleet.functions.close())
        self.run(gather(*self.pending))
        self.pending = []
        self.fleet = Fleet(self.provider, start_timeout_s=10.0, write_timeout_s=5.0)
        self.run(self.fleet.functions.start())

    @rule()
    def call_all(self) -> None:
        for name, images in self.images.items():
            answered = self.run(self._answer(name))
            assert answered in images, (name, answered)

    @invariant()
    def endpoints_are_of_one_revision_and_wanted_is_allowed(self) -> None:
        for function in self.fleet.router.functions.values():
            replicas = [endpoint.replica for endpoint in function.endpoints]
            assert {one.revision for one in replicas} <= {function.revision}
            assert len({one.id for one in replicas}) == len(replicas)
            for one in replicas:
                assert function.replicas[one.id].state is ReplicaState.RUNNING
            if not function.is_adopted:
                assert function.wanted in (0, *range(function.policy.minimum, function.policy.maximum + 1))
            assert function.available.is_set() == bool(function.endpoints)

    def teardown(self) -> None:
        if not hasattr(self, "fleet"):
            return
        self.settle()
        self.call_all()
        for name in ("a", "b", ADOPTED):
            self.run(self._delete(name))
        self.run(self.fleet.functions.close())
        self.loop.close()
        self.provider.end()
        assert self.provider.faults == []

    def settle(self) -> None:
        """Wait until what was begun has ended."""
        self.run(gather(*self.pending))
        self.pending = []

    async def _delete(self, name: str) -> None:
        """Delete a function until it is gone: a replica that a killed gateway had begun to make may come late."""
        async with asyncio.timeout(PATIENCE_S):
            while name in self.fleet or self.provider.replicas(FunctionName(name)):
                with suppress(NotFound):
                    await self.fleet.functions.delete(FunctionName(name))
                await asyncio.sleep(0.005)

    async def _answer(self, name: str) -> str:
        """Return what answers; a replica that was killed a moment ago may break off what was sent to it."""
        for _ in range(100):
            try:
                return await self.fleet.call(name)
            except ConnectionError:
                await asyncio.sleep(0.01)
        raise AssertionError(f"{name} does not answer")


TestAnyOrder = Gateway.TestCase
TestAnyOrder.settings = settings(
    max_examples=20, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
