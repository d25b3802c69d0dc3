"""Functions over the fake provider: replicas that end, are stopped or removed by somebody else are replaced."""

from __future__ import annotations

import asyncio
import logging

import pytest

from portable.gateway.providers.base import ReplicaState
from portable.stack.errors import Unavailable
from portable.stack.messages import FunctionName

from ..fake_provider import FakeProvider
from ..fleet import Callers, Fleet, deployment, on_loop, until

RUNNING, PAUSED, STOPPED = ReplicaState.RUNNING, ReplicaState.PAUSED, ReplicaState.STOPPED
NAME = FunctionName("fn")
TWO = {"com.openfaas.scale.min": "2"}


class TestMending:
    @on_loop
    async def test_replica_that_is_killed_is_started_again_and_the_others_serve(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            function = await fleet.deploy(labels=TWO)
            victim = function.endpoints[0].replica
            async with Callers(fleet) as callers:
                provider.kill(victim)
                await until(lambda: provider.count("running") and len(function.endpoints) == 2)
                await callers.more()
                callers.failures.clear()  # those that were in it
            assert len(fleet.replicas(RUNNING)) == 2
            assert function.reason == ""

    @on_loop
    async def test_replica_that_somebody_else_stops_is_replaced_without_a_failed_call(
        self, provider: FakeProvider
    ) -> None:
        async with Fleet(provider) as fleet:
            function = await fleet.deploy()
            (victim,) = fleet.replicas()
            async with Callers(fleet):
                await fleet.dismiss("fn", victim)
            assert len(fleet.replicas(RUNNING)) == len(function.endpoints) == 1

    @on_loop
    async def test_replica_that_was_restarted_elsewhere_serves_from_there(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            function = await fleet.deploy()
            (before,) = fleet.replicas()
            provider.restart(before)
            await until(lambda: [one.replica.port for one in function.endpoints] not in ([], [before.port]))

            assert await fleet.call() == "v1"
            assert provider.count("create") == 1

    @on_loop
    async def test_replica_that_was_to_stop_and_did_not_is_one_of_them_again(self, provider: FakeProvider) -> None:
        async with Fleet(provider, write_timeout_s=0.2) as fleet:
            function = await fleet.deploy()
            (survivor,) = fleet.replicas()
            provider.tell_of_stop(survivor)
            await until(lambda: len(fleet.replicas()) == 2)

            await until(lambda: len(fleet.replicas(RUNNING)) == len(function.endpoints) == 1)

    @on_loop
    async def test_replica_that_keeps_ending_says_why(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            function = await fleet.deploy()
            (victim,) = fleet.replicas()
            provider.failure = Unavailable("no memory left")
            provider.kill(victim, "out of memory (limit 64Mi)")
            await until(lambda: "no memory left" in function.reason)

            assert "replica fn-1 ended: out of memory (limit 64Mi)" in function.reason
            with pytest.raises(Unavailable, match="no memory left"):
                await fleet.call()
            provider.failure = None
            assert await fleet.call() == "v1"

    @on_loop
    async def test_replica_that_is_removed_by_somebody_else_is_made_anew(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            function = await fleet.deploy(labels=TWO)
            provider.lose(function.endpoints[0].replica)

            await until(lambda: len(function.endpoints) == 2 and len(fleet.replicas()) == 2)

    @on_loop
    async def test_replica_that_ends_during_a_long_update_is_mended(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            function = await fleet.deploy()
            (victim,) = fleet.replicas()
            update = asyncio.create_task(fleet.functions.deploy(deployment(image="unready")))
            await until(lambda: function.incoming)
            provider.kill(victim)

            assert await fleet.call() == "v1"
            provider.ready.set()
            assert await update
            assert await fleet.call() == "unready"

    @on_loop
    async def test_fault_in_the_background_is_logged_and_ends_nothing(
        self, provider: FakeProvider, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with Fleet(provider) as fleet:
            function = await fleet.deploy()
            (victim,) = fleet.replicas()
            provider.failure = ZeroDivisionError("a fault")
            with caplog.at_level(logging.ERROR):
                provider.kill(victim)
                await until(lambda: caplog.records)
            provider.failure = None

            assert "fn" in caplog.records[0].message
            await until(lambda: function.endpoints)
