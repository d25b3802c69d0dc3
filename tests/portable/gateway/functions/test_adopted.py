"""Functions over the fake provider: replicas that somebody else started."""

from __future__ import annotations

import asyncio

import pytest

from portable.gateway.providers.base import ReplicaState
from portable.stack.errors import Conflict, Unavailable
from portable.stack.messages import FunctionName

from ..fake_provider import FakeProvider
from ..fleet import Callers, Fleet, deployment, on_loop, until

RUNNING, PAUSED, STOPPED = ReplicaState.RUNNING, ReplicaState.PAUSED, ReplicaState.STOPPED
NAME = FunctionName("fn")
TWO = {"com.openfaas.scale.min": "2"}


class TestAdopted:
    @on_loop
    async def test_adopted_replicas_come_and_go_without_a_failed_call(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            first = provider.come(deployment())
            await until(lambda: "fn" in fleet)
            async with Callers(fleet):
                second = provider.come(deployment())
                await until(lambda: len(fleet["fn"].endpoints) == 2)
                await fleet.dismiss("fn", first)
                await until(lambda: [one.replica.id for one in fleet["fn"].endpoints] == [second.id])
            await asyncio.to_thread(provider.go, second)
            await until(lambda: "fn" not in fleet)

    @on_loop
    async def test_newer_adopted_revision_takes_over_and_the_older_one_comes_back(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            provider.come(deployment(image="v1"), "1")
            await until(lambda: "fn" in fleet and fleet["fn"].endpoints)
            async with Callers(fleet):
                newer = provider.come(deployment(image="v2"), "2")
                await until(lambda: fleet["fn"].revision == "2")
                assert await fleet.call() == "v2"
                await fleet.dismiss("fn", newer)
                await until(lambda: fleet["fn"].revision == "1")
            assert await fleet.call() == "v1"

    @on_loop
    async def test_adopted_one_is_not_scaled_nor_started(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            replica = provider.come(deployment())
            await until(lambda: "fn" in fleet and fleet["fn"].endpoints)
            with pytest.raises(Conflict, match="not started by the gateway"):
                await fleet.functions.scale(NAME, 2)
            provider.kill(replica)
            await until(lambda: not fleet["fn"].endpoints)

            with pytest.raises(Unavailable, match="not the gateway's to start"):
                await fleet.call()

    @on_loop
    async def test_deploy_over_an_adopted_one_takes_the_traffic_and_leaves_it(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            adopted = provider.come(deployment(image="v1"))
            await until(lambda: "fn" in fleet and fleet["fn"].endpoints)
            async with Callers(fleet):
                await fleet.deploy(image="v2")
            assert await fleet.call() == "v2"
            assert adopted in fleet.replicas()
            await fleet.functions.delete(NAME)
            assert fleet.replicas() == []

    @on_loop
    async def test_older_adopted_one_does_not_take_over_from_replicas_that_can_be_made_again(
        self, provider: FakeProvider
    ) -> None:
        async with Fleet(provider) as fleet:
            provider.come(deployment(image="v1"))
            await until(lambda: "fn" in fleet and fleet["fn"].endpoints)
            function = await fleet.deploy(image="v2")
            for replica in function.serving:
                provider.lose(replica)

            await until(lambda: function.endpoints and provider.count("create") == 2)
            assert await fleet.call() == "v2"

    @on_loop
    async def test_adopted_replica_that_stops_gets_no_more_calls(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            replica = provider.come(deployment(image="slow"))
            await until(lambda: "fn" in fleet and fleet["fn"].endpoints)
            call = asyncio.create_task(fleet.call())
            await until(lambda: fleet["fn"].in_flight)
            going = asyncio.create_task(asyncio.to_thread(provider.go, replica))
            await until(lambda: not fleet["fn"].endpoints)
            provider.answering.set()

            assert await call == "slow"
            await going
