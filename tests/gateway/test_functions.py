"""Functions over the fake provider: deployed, updated, removed, mended, taken over after a kill."""

from __future__ import annotations

import asyncio
import logging

import pytest

from gateway.errors import Conflict, GatewayError, NotFound, Refused, TimedOut, Unavailable
from gateway.models import FunctionName
from gateway.provider import Change, ReplicaState
from gateway.revisions import new_revision

from .fake_provider import FakeProvider
from .fleet import TO_ZERO, Callers, Fleet, deployment, gather, on_loop, until

RUNNING, PAUSED, STOPPED = ReplicaState.RUNNING, ReplicaState.PAUSED, ReplicaState.STOPPED
NAME = FunctionName("fn")
TWO = {"com.openfaas.scale.min": "2"}


class TestDeploying:
    @on_loop
    async def test_deploy_of_a_new_one_serves_when_it_returns(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy(labels=TWO)

            (status,) = fleet.functions.statuses()
            assert (status.replicas, status.available_replicas, status.reason) == (2, 2, "")
            assert await fleet.call() == "v1"

    @on_loop
    async def test_update_under_load_fails_no_call_and_leaves_only_the_new_one(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy(labels=TWO)
            async with Callers(fleet) as callers:
                await fleet.deploy(image="v2", labels=TWO)
                await callers.more()  # until those of v1 in flight have ended
                callers.answers.clear()
                await callers.more()
                assert set(callers.answers) == {"v2"}

            await until(lambda: {one.deployment.image for one in fleet.replicas()} == {"v2"})
            assert len(fleet.replicas()) == 2

    @on_loop
    async def test_update_to_the_same_image_makes_new_replicas(self, provider: FakeProvider) -> None:
        """The tag :latest may be another image by now."""
        async with Fleet(provider) as fleet:
            await fleet.deploy()
            (before,) = fleet.replicas()
            await fleet.deploy()

            await until(lambda: before.id not in [one.id for one in fleet.replicas()])
            assert len(fleet.replicas()) == 1

    @on_loop
    async def test_update_lets_what_is_in_flight_end(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy(image="slow")
            call = asyncio.create_task(fleet.call())
            await until(lambda: fleet["fn"].in_flight)
            await fleet.deploy(image="v2")
            assert len(fleet.replicas()) == 2
            provider.answering.set()

            assert await call == "slow"
            await until(lambda: len(fleet.replicas()) == 1)

    @on_loop
    async def test_update_that_crashes_keeps_the_old_and_says_why(
        self, provider: FakeProvider, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy()
            async with Callers(fleet) as callers:
                with pytest.raises(Refused, match=r"fn-2 ended: exit code 1; its last lines:\nhello\nModuleNotFound"):
                    await fleet.deploy(image="crash")
                await callers.more()
                assert set(callers.answers) == {"v1"}

            assert "exit code 1" in (await fleet.functions.status(NAME)).reason
            assert any("exit code 1" in record.message for record in caplog.records)
            assert fleet["fn"].deployment.image == "v1"
            await until(lambda: len(fleet.replicas()) == 1)
            await fleet.deploy(image="v2")
            assert (await fleet.functions.status(NAME)).reason == ""

    @on_loop
    async def test_update_that_never_gets_ready_is_taken_back(self, provider: FakeProvider) -> None:
        async with Fleet(provider, start_timeout_s=0.3) as fleet:
            await fleet.deploy()
            with pytest.raises(TimedOut, match=r"within 0.3 s: GET /_/health was answered 503.*ready.http.path"):
                await fleet.deploy(image="never-ready")

            assert await fleet.call() == "v1"
            await until(lambda: len(fleet.replicas()) == 1)

    @on_loop
    async def test_new_one_that_crashes_leaves_nothing(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            with pytest.raises(Refused):
                await fleet.deploy(image="crash")

            assert "fn" not in fleet
            await until(lambda: not fleet.replicas())

    @on_loop
    async def test_new_one_that_fails_after_its_answer_stays_with_the_reason(self, provider: FakeProvider) -> None:
        """The caller was told 202: the status is the only place left to say it."""
        async with Fleet(provider, deploy_wait_s=0.1, start_timeout_s=0.3) as fleet:
            assert not await fleet.functions.deploy(deployment(image="never-ready"))
            await until(lambda: fleet["fn"].reason)

            with pytest.raises(Unavailable, match="was not ready within"):
                await fleet.call()
            await fleet.deploy(image="v1")
            assert await fleet.call() == "v1"

    @on_loop
    async def test_deploy_of_a_missing_image_is_refused_and_makes_nothing(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            with pytest.raises(Refused, match="faas-cli build"):
                await fleet.deploy(image="missing")

            assert "fn" not in fleet
            assert provider.calls == []

    @on_loop
    async def test_deploy_with_a_bad_label_is_refused_before_anything(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            with pytest.raises(Refused, match=r"com\.openfaas\.scale\.min"):
                await fleet.deploy(labels={"com.openfaas.scale.min": "many"})

            assert "fn" not in fleet

    @on_loop
    async def test_deploy_that_cannot_make_all_replicas_makes_none(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            provider.failure = Unavailable("the engine is gone")
            with pytest.raises(Unavailable, match="engine is gone"):
                await fleet.deploy(labels=TWO)

            assert "fn" not in fleet
            assert fleet.replicas() == []

    @on_loop
    async def test_deploy_as_new_of_one_that_is_there_conflicts(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy()
            with pytest.raises(Conflict):
                await fleet.functions.deploy(deployment(), is_new=True)

    @on_loop
    async def test_update_of_one_that_is_not_there_is_not_found(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            with pytest.raises(NotFound):
                await fleet.functions.deploy(deployment(), is_new=False)

    @on_loop
    async def test_deploy_that_takes_longer_than_its_wait_goes_on(self, provider: FakeProvider) -> None:
        async with Fleet(provider, deploy_wait_s=0.1) as fleet:
            assert not await fleet.functions.deploy(deployment(image="unready"))
            call = asyncio.create_task(fleet.call())
            provider.ready.set()

            assert await call == "unready"

    @on_loop
    async def test_newest_of_two_deployments_wins(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy()
            first = asyncio.create_task(fleet.functions.deploy(deployment(image="unready")))
            await until(lambda: fleet["fn"].incoming)
            await fleet.deploy(image="v2")

            with pytest.raises(Conflict, match="newer"):
                await first
            assert await fleet.call() == "v2"
            await until(lambda: len(fleet.replicas()) == 1)

    @on_loop
    async def test_deployment_whose_check_is_slow_gives_way_to_a_newer_one(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            provider.checking.clear()
            deploys = [asyncio.create_task(fleet.functions.deploy(deployment(image=f"v{n}"))) for n in range(5)]
            await asyncio.sleep(0)
            provider.checking.set()
            results = await gather(*deploys)

            assert results[-1] is True
            assert all(isinstance(one, Conflict) or one is True for one in results)
            assert await fleet.call() == "v4"
            await until(lambda: len(fleet.replicas()) == 1)

    @on_loop
    async def test_update_keeps_as_many_as_were_scaled_to(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy()
            await fleet.functions.scale(NAME, 3)
            await fleet.deploy(image="v2")

            assert len(fleet["fn"].endpoints) == 3

    @on_loop
    async def test_exec_timeout_over_the_gateways_is_told(
        self, provider: FakeProvider, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with Fleet(provider, upstream_timeout_s=60.0) as fleet:
            function = await fleet.deploy(env_vars={"exec_timeout": "2m"})

            assert "exec_timeout is 2m" in function.reason
            assert any("exec_timeout is 2m" in record.message for record in caplog.records)
            assert (await fleet.deploy(env_vars={"exec_timeout": "1m"})).reason == ""

    @on_loop
    async def test_source_that_changed_makes_new_replicas(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            await fleet.deploy()
            (before,) = fleet.replicas()
            async with Callers(fleet):
                provider.notify(NAME, Change.SOURCE, "")
                await until(lambda: before.id not in [one.id for one in fleet.replicas()])

    @on_loop
    async def test_declared_functions_are_deployed_at_the_start(self, provider: FakeProvider) -> None:
        provider.declarations = [deployment("one"), deployment("two")]
        async with Fleet(provider) as fleet:
            assert await fleet.call("one") == await fleet.call("two") == "v1"


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
    async def test_replicas_that_ended_are_started_again(self, provider: FakeProvider) -> None:
        replicas = [provider.create(deployment(), "1") for _ in range(2)]
        for replica in replicas:
            provider.kill(replica)
        async with Fleet(provider) as fleet:
            assert await fleet.call() == "v1"
            await until(lambda: len(fleet["fn"].endpoints) == 2)
            assert provider.count("create") == 2


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
