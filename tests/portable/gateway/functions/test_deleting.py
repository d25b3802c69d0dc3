"""Functions over the fake provider: removed, while calls, updates and deployments go on."""

from __future__ import annotations

import asyncio

import pytest

from portable.gateway.providers.base import ReplicaState
from portable.stack.errors import NotFound
from portable.stack.messages import FunctionName

from ..fake_provider import FakeProvider
from ..fleet import Fleet, deployment, gather, on_loop, until

RUNNING, PAUSED, STOPPED = ReplicaState.RUNNING, ReplicaState.PAUSED, ReplicaState.STOPPED
NAME = FunctionName("fn")
TWO = {"com.openfaas.scale.min": "2"}


class TestDeleting:
    @on_loop
    async def test_delete_leaves_nothing_and_lets_calls_end(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy(image="slow", labels=TWO)
            call = asyncio.create_task(fleet.call())
            await until(lambda: fleet["fn"].in_flight)
            deleting = asyncio.create_task(fleet.functions.delete(NAME))
            await until(lambda: "fn" not in fleet)
            with pytest.raises(NotFound):
                await fleet.functions.delete(NAME)
            provider.answering.set()

            assert await call == "slow"
            await deleting
            assert fleet.replicas() == []

    @on_loop
    async def test_delete_of_an_unknown_one_is_not_found(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            with pytest.raises(NotFound):
                await fleet.functions.delete(NAME)

    @on_loop
    async def test_delete_during_a_deployment_ends_both(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            deploying = asyncio.create_task(fleet.functions.deploy(deployment(image="unready")))
            await until(lambda: fleet["fn"].incoming if "fn" in fleet else False)
            waiting = asyncio.create_task(fleet.call())
            await asyncio.sleep(0)
            await fleet.functions.delete(NAME)

            for ended in await gather(deploying, waiting):
                assert isinstance(ended, NotFound)
            await until(lambda: not fleet.replicas())

    @on_loop
    async def test_deploy_right_after_delete_is_another_function(self, provider: FakeProvider) -> None:
        """`faas-cli deploy --replace` is a DELETE and a POST."""
        async with Fleet(provider) as fleet:
            await fleet.deploy(image="slow")
            call = asyncio.create_task(fleet.call())
            await until(lambda: fleet["fn"].in_flight)
            deleting = asyncio.create_task(fleet.functions.delete(NAME))
            await until(lambda: "fn" not in fleet)
            await fleet.functions.deploy(deployment(image="v2"), is_new=True)
            provider.answering.set()
            await deleting

            assert await call == "slow"
            assert await fleet.call() == "v2"
            assert [one.deployment.image for one in fleet.replicas()] == ["v2"]
