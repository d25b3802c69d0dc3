"""Scaling, resting and waking over the fake provider: no call is lost, and one start is for all who wait."""

from __future__ import annotations

import asyncio

import pytest

from portable.gateway.providers.base import ReplicaState
from portable.stack.errors import Conflict, NotFound, Refused, TimedOut, Unavailable
from portable.stack.messages import FunctionName

from ..fake_provider import FakeProvider
from ..fleet import TO_ZERO, Callers, Fleet, deployment, gather, on_loop, until

RUNNING, PAUSED, STOPPED = ReplicaState.RUNNING, ReplicaState.PAUSED, ReplicaState.STOPPED
NAME = FunctionName("fn")
TO_STOPPED = {**TO_ZERO, "com.openfaas.scale.stop-duration": "100ms"}


class TestScaling:
    @on_loop
    async def test_scale_up_and_down_under_load_fails_no_call(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            function = await fleet.deploy()
            async with Callers(fleet) as callers:
                for replicas in (4, 1, 3, 2, 1):
                    await fleet.functions.scale(NAME, replicas)
                    assert len(function.endpoints) == function.wanted == replicas
                    await callers.more()
            await until(lambda: len(fleet.replicas()) == 1)

    @on_loop
    async def test_scale_up_makes_no_new_revision(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy()
            await fleet.functions.scale(NAME, 3)

            assert len({one.revision for one in fleet.replicas()}) == 1

    @pytest.mark.parametrize(("replicas", "says"), [(4, "its most is 3"), (1, "its least is 2")])
    def test_scale_outside_of_the_labels_is_refused(self, provider: FakeProvider, replicas: int, says: str) -> None:
        async def scale() -> None:
            async with Fleet(provider) as fleet:
                await fleet.deploy(labels={"com.openfaas.scale.min": "2", "com.openfaas.scale.max": "3"})
                with pytest.raises(Refused, match=says):
                    await fleet.functions.scale(NAME, replicas)
                assert fleet["fn"].wanted == 2

        asyncio.run(scale())

    @on_loop
    async def test_scale_of_an_unknown_one_is_not_found(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            with pytest.raises(NotFound):
                await fleet.functions.scale(NAME, 1)

    @on_loop
    async def test_scale_of_one_that_is_being_made_conflicts(self, provider: FakeProvider) -> None:
        async with Fleet(provider, deploy_wait_s=0.05) as fleet:
            await fleet.functions.deploy(deployment(image="unready"))
            with pytest.raises(Conflict, match="it is being made"):
                await fleet.functions.scale(NAME, 2)
            provider.ready.set()
            await until(lambda: fleet["fn"].endpoints)

    @on_loop
    async def test_scale_that_cannot_make_replicas_says_why_and_goes_on(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            function = await fleet.deploy()
            provider.failure = Unavailable("the disk is full")
            with pytest.raises(Unavailable, match="disk is full"):
                await fleet.functions.scale(NAME, 2)
            assert "disk is full" in function.reason
            assert await fleet.call() == "v1"
            provider.failure = None

            await until(lambda: len(function.endpoints) == 2)
            assert function.reason == ""

    @on_loop
    async def test_scale_to_0_ends_what_is_in_flight_and_keeps_one_stopped(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy(image="slow")
            await fleet.functions.scale(NAME, 2)
            calls = [asyncio.create_task(fleet.call()) for _ in range(4)]
            await until(lambda: fleet["fn"].in_flight == 4)
            scaling = asyncio.create_task(fleet.functions.scale(NAME, 0))
            await until(lambda: not fleet["fn"].endpoints)
            provider.answering.set()
            await scaling

            assert await gather(*calls) == ["slow"] * 4
            await until(lambda: [one.state for one in fleet.replicas()] == [STOPPED])
            (status,) = fleet.functions.statuses()
            assert (status.replicas, status.available_replicas) == (0, 0)

    @on_loop
    async def test_call_while_it_scales_to_0_is_answered(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy(image="slow")
            before = asyncio.create_task(fleet.call())
            await until(lambda: fleet["fn"].in_flight)
            scaling = asyncio.create_task(fleet.functions.scale(NAME, 0))
            await until(lambda: not fleet["fn"].endpoints)
            after = asyncio.create_task(fleet.call())
            await until(lambda: fleet["fn"].endpoints)
            provider.answering.set()

            assert await gather(before, after) == ["slow", "slow"]
            await scaling
            assert fleet["fn"].wanted == 1


class TestResting:
    @on_loop
    async def test_idle_one_is_paused_and_then_stopped(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy(labels={**TO_STOPPED, "com.openfaas.scale.min": "2"})
            await until(lambda: [one.state for one in fleet.replicas()] == [STOPPED])

            assert provider.count("paused") == 2
            assert provider.count("removed") == 1
            assert (fleet["fn"].wanted, fleet["fn"].endpoints) == (0, [])

    @on_loop
    async def test_one_that_may_not_rest_does_not(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy("rests", labels=TO_ZERO)
            await fleet.deploy("stays", labels={**TO_ZERO, "com.openfaas.scale.zero": "false"})
            await until(lambda: not fleet["rests"].endpoints)

            assert fleet["stays"].endpoints

    @on_loop
    async def test_one_with_a_call_in_it_does_not_rest(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy("busy", image="slow", labels=TO_ZERO)
            call = asyncio.create_task(fleet.call("busy"))
            await until(lambda: fleet["busy"].in_flight)
            await fleet.deploy("idle", labels=TO_ZERO)
            await until(lambda: not fleet["idle"].endpoints)

            assert fleet["busy"].endpoints
            provider.answering.set()
            assert await call == "slow"

    @pytest.mark.parametrize("labels", [TO_ZERO, TO_STOPPED], ids=["paused", "stopped"])
    def test_calls_now_and_then_are_all_answered(self, provider: FakeProvider, labels: dict[str, str]) -> None:
        """Each comes at another moment of falling asleep."""

        async def call() -> None:
            soon = {**labels, "com.openfaas.scale.zero-duration": "10ms"}
            async with Fleet(provider) as fleet:
                await fleet.deploy(labels=soon)
                for turn in range(12):
                    assert set(await gather(*(fleet.call() for _ in range(3)))) == {"v1"}
                    await asyncio.sleep(0.22 + turn / 100)
                assert provider.count("paused") > 2

        asyncio.run(call())

    @on_loop
    async def test_one_that_cannot_be_paused_goes_on(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            provider.pause_failure = Unavailable("no freezer")
            await fleet.deploy(labels=TO_ZERO)
            await until(lambda: provider.count("paused"))

            assert await fleet.call() == "v1"


class TestWaking:
    @pytest.mark.parametrize("state", [PAUSED, STOPPED])
    def test_100_first_calls_make_one_start(self, provider: FakeProvider, state: ReplicaState) -> None:
        async def wake() -> None:
            async with Fleet(provider) as fleet:
                await fleet.deploy(labels=TO_ZERO if state is PAUSED else TO_STOPPED)
                await until(lambda: fleet.replicas(state))
                provider.calls.clear()

                assert await gather(*(fleet.call() for _ in range(100))) == ["v1"] * 100
                assert provider.calls == [("running", "fn-1")]
                assert fleet["fn"].waiting == 0

        asyncio.run(wake())

    @on_loop
    async def test_stopped_one_serves_by_the_first_and_makes_the_others_meanwhile(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            function = await fleet.deploy(labels={"com.openfaas.scale.min": "3"})
            await fleet.functions.scale(NAME, 0)
            await until(lambda: len(fleet.replicas()) == 1)

            assert await fleet.call() == "v1"
            await until(lambda: len(function.endpoints) == 3)

    @on_loop
    async def test_start_that_fails_is_told_to_all_and_tried_again_by_the_next(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy()
            await fleet.functions.scale(NAME, 0)
            provider.failure = Unavailable("no memory")
            failures = await gather(*(fleet.call() for _ in range(10)))
            assert {(type(failure), str(failure)) for failure in failures} == {(Unavailable, "no memory")}
            provider.failure = None

            assert await fleet.call() == "v1"

    @on_loop
    async def test_crash_at_the_start_is_told_with_its_last_lines(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy()
            await fleet.functions.scale(NAME, 0)
            provider.crashing.add("fn")
            with pytest.raises(Unavailable, match=r"fn-1 ended: exit code 1; its last lines:\n(.*\n)*ModuleNotFound"):
                await fleet.call()
            provider.crashing.clear()

            assert await fleet.call() == "v1"

    @on_loop
    async def test_one_that_never_gets_ready_is_told_in_time(self, provider: FakeProvider) -> None:
        async with Fleet(provider, start_timeout_s=0.3) as fleet:
            provider.ready.set()
            await fleet.deploy(image="unready")
            await fleet.functions.scale(NAME, 0)
            provider.ready.clear()

            with pytest.raises((Unavailable, TimedOut), match=r"within 0.3 s"):
                await fleet.call()

    @on_loop
    async def test_delete_during_a_wake_tells_all_who_wait(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy()
            await fleet.functions.scale(NAME, 0)
            provider.creating.clear()
            calls = [asyncio.create_task(fleet.call()) for _ in range(20)]
            await until(lambda: provider.count("running"))
            deleting = asyncio.create_task(fleet.functions.delete(NAME))

            assert {type(failure) for failure in await gather(*calls)} == {NotFound}
            provider.creating.set()
            await deleting
            assert fleet.replicas() == []

    @on_loop
    async def test_callers_who_leave_do_not_end_the_wake(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            function = await fleet.deploy()
            await fleet.functions.scale(NAME, 0)
            provider.creating.clear()
            calls = [asyncio.create_task(fleet.call()) for _ in range(3)]
            await until(lambda: provider.count("running"))
            for call in calls:
                call.cancel()
            await gather(*calls)
            provider.creating.set()

            await until(lambda: function.endpoints)
            assert function.waiting == 0

    @on_loop
    async def test_update_of_a_resting_one_wakes_who_waits_by_the_old_one(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy(labels=TO_ZERO)
            await until(lambda: fleet.replicas(PAUSED))
            update = asyncio.create_task(fleet.functions.deploy(deployment(image="unready")))
            await until(lambda: fleet["fn"].incoming)

            assert await fleet.call() == "v1"
            provider.ready.set()
            assert await update
            assert await fleet.call() == "unready"
