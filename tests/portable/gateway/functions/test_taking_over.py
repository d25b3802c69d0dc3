"""Functions over the fake provider: taken over from a gateway that was killed."""

from __future__ import annotations

import asyncio

import pytest

from portable.gateway.functions.revisions import new_revision
from portable.gateway.providers.base import ReplicaState
from portable.stack.errors import GatewayError, Unavailable
from portable.stack.messages import FunctionName

from ..fake_provider import FakeProvider
from ..fleet import TO_ZERO, Callers, Fleet, deployment, gather, on_loop, until

RUNNING, PAUSED, STOPPED = ReplicaState.RUNNING, ReplicaState.PAUSED, ReplicaState.STOPPED
NAME = FunctionName("fn")
TWO = {"com.openfaas.scale.min": "2"}


class TestTakingOver:
    @on_loop
    async def test_functions_of_a_killed_gateway_are_all_there(self, provider: FakeProvider) -> None:
        first = Fleet(provider)
        await first.functions.start()
        labels = {**TWO, "mine": "too"}
        before = await first.deploy(labels=labels, env_vars={"A": "b"})
        await first.functions.scale(NAME, 3)
        async with Fleet(provider) as second:
            assert await second.call() == "v1"
            await until(lambda: len(second["fn"].endpoints) == 3)

            assert second["fn"].deployment == before.deployment
            assert second["fn"].wanted == 3
            assert second["fn"].created_at == min(one.created_at for one in second.replicas())
            assert provider.count("create") == 3
        await first.functions.close()

    @on_loop
    async def test_paused_one_stays_paused_until_a_call(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as first:
            await first.deploy(labels=TO_ZERO)
            await until(lambda: first.replicas(PAUSED))
        async with Fleet(provider) as second:
            assert second.functions.statuses()[0].replicas == 0
            assert second.replicas(PAUSED)
            assert await second.call() == "v1"

    @on_loop
    async def test_stopped_one_stays_stopped_only_if_it_may_rest(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as first:
            await first.deploy("rests", labels={**TO_ZERO, "com.openfaas.scale.zero-duration": "1h"})
            await first.deploy("runs")
            for name in ("rests", "runs"):
                await first.functions.scale(FunctionName(name), 0)
            assert len(first.replicas(STOPPED)) == 2
        async with Fleet(provider) as second:
            await until(lambda: second["runs"].endpoints)

            assert [one.function.name for one in second.replicas(STOPPED)] == ["rests"]
            assert await second.call("rests") == "v1"

    @on_loop
    async def test_half_an_update_is_finished_when_it_gets_ready(self, provider: FakeProvider) -> None:
        first = Fleet(provider, start_timeout_s=0.5)
        await first.functions.start()
        await first.deploy()
        updating = asyncio.create_task(first.functions.deploy(deployment(image="unready")))
        await until(lambda: first["fn"].incoming)
        provider.close()
        async with Fleet(provider) as second:
            assert await second.call() == "v1"
            async with Callers(second):
                provider.ready.set()
                await until(lambda: second["fn"].deployment.image == "unready")
            await until(lambda: len(second.replicas()) == 1)
        await gather(first.functions.close(), updating)

    @on_loop
    async def test_half_an_update_that_crashed_is_removed(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as first:
            await first.deploy()
        provider.create(deployment(image="crash"), "newer")
        async with Fleet(provider) as second:
            assert await second.call() == "v1"
            await until(lambda: len(second.replicas()) == 1)
            assert "exit code 1" in second["fn"].reason

    @on_loop
    async def test_older_revision_that_was_left_is_removed(self, provider: FakeProvider) -> None:
        provider.create(deployment(image="old"), "1")
        provider.create(deployment(image="new"), "2")
        async with Fleet(provider) as fleet:
            assert await fleet.call() == "new"
            await until(lambda: len(fleet.replicas()) == 1)

    @on_loop
    async def test_older_revision_with_the_newest_replica_does_not_come_back(self, provider: FakeProvider) -> None:
        """It was mended while the update went on."""
        older, newer = new_revision(), new_revision()
        provider.create(deployment(image="new"), newer)
        provider.create(deployment(image="old"), older)
        async with Fleet(provider) as fleet:
            assert await fleet.call() == "new"
            await until(lambda: len(fleet.replicas()) == 1)

    @on_loop
    async def test_slow_function_does_not_hold_up_another(self, provider: FakeProvider) -> None:
        provider.create(deployment("slow-one", image="unready"), "1")
        provider.create(deployment("fast"), "1")
        async with Fleet(provider) as fleet:
            assert await fleet.call("fast") == "v1"
            assert fleet["slow-one"].endpoints == []

    @on_loop
    async def test_function_that_cannot_be_taken_over_does_not_keep_the_others_from_it(
        self, provider: FakeProvider, caplog: pytest.LogCaptureFixture
    ) -> None:
        provider.create(deployment("odd", labels={"com.openfaas.scale.min": "many"}), "1")
        provider.create(deployment(), "1")
        async with Fleet(provider) as fleet:
            assert await fleet.call() == "v1"
            assert "odd" not in fleet
            assert any("com.openfaas.scale.min" in record.message for record in caplog.records)

    @on_loop
    async def test_replicas_that_ended_are_started_again(self, provider: FakeProvider) -> None:
        replicas = [provider.create(deployment(), "1") for _ in range(2)]
        for replica in replicas:
            provider.kill(replica)
        async with Fleet(provider) as fleet:
            assert await fleet.call() == "v1"
            await until(lambda: len(fleet["fn"].endpoints) == 2)
            assert provider.count("create") == 2


@on_loop
async def test_errors_of_the_engine_at_the_start_are_raised(provider: FakeProvider) -> None:
    class Down(FakeProvider):
        def replicas(self, function: FunctionName | None = None) -> list[object]:  # type: ignore[override]
            raise Unavailable("no engine")

    down = Down()
    fleet = Fleet(down)
    with pytest.raises(GatewayError, match="no engine"):
        await fleet.functions.start()
    await fleet.functions.close()
    down.end()
