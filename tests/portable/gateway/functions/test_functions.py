"""Functions over the fake provider: deployed and updated, or not and why."""

from __future__ import annotations

import asyncio

import pytest

from portable.gateway.providers.base import Change, ReplicaState
from portable.stack.errors import Conflict, NotFound, Refused, TimedOut, Unavailable
from portable.stack.messages import FunctionName

from ..fake_provider import FakeProvider
from ..fleet import Callers, Fleet, deployment, gather, on_loop, until

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
    async def test_update_does_not_wait_for_ever_for_what_is_in_flight(
        self, provider: FakeProvider, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with Fleet(provider, write_timeout_s=0.2) as fleet:
            await fleet.deploy(image="slow")
            call = asyncio.create_task(fleet.call())
            await until(lambda: fleet["fn"].in_flight)
            await fleet.deploy(image="v2")

            assert isinstance((await gather(call))[0], ConnectionError)
            assert any("1 requests were still in it after 0.2 s" in record.message for record in caplog.records)

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
    async def test_replica_is_asked_by_the_paths_that_the_annotations_name(self, provider: FakeProvider) -> None:
        asked: list[str] = []

        async def ask(_host: str, _port: int, path: str, _timeout_s: float) -> int:
            asked.append(path)
            return 200

        health = {"com.openfaas.health.http.path": "/alive", "com.openfaas.health.http.periodSeconds": "10ms"}
        async with Fleet(provider, ask) as fleet:
            await fleet.deploy(annotations={**health, "com.openfaas.ready.http.path": "/go"})
            assert asked[0] == "/go"
            await until(lambda: {*asked} == {"/go", "/alive"})

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
