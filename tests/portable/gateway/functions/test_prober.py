"""How replicas are judged ready, alive or dead; the replica is a script of answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from portable.gateway.functions.backoff import DELAYS_S, FORGIVEN_AFTER_S, Backoff
from portable.gateway.functions.probes import NotReady, Prober, Verdict
from portable.gateway.functions.state import Endpoint, Function
from portable.gateway.providers.base import Replica, ReplicaState
from portable.stack.scaling import Probe

from ..fake_provider import FakeProvider
from ..fleet import Callers, Fleet, deployment, on_loop, until

HEALTH = "com.openfaas.health.http."
READY = "com.openfaas.ready.http."
QUICK = {HEALTH + "periodSeconds": "10ms", HEALTH + "timeoutSeconds": "500ms"}
Step = int | Exception
REPLICA = Replica(
    id="1",
    name="fn-1",
    function=deployment().name,
    deployment=deployment(),
    revision="1",
    created_at=datetime.now(UTC),
    state=ReplicaState.RUNNING,
    host="127.0.0.1",
    port=8080,
)


class Script:
    """Answers probes by a path's steps, the last of them for ever, and counts them."""

    def __init__(self, **steps: list[Step]) -> None:
        self.steps = steps
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int, path: str, timeout_s: float) -> int:
        await asyncio.sleep(0)
        self.asked.append(path)
        steps = self.steps[path.strip("/") if path != "/_/health" else "health"]
        step = steps.pop(0) if len(steps) > 1 else steps[0]
        if isinstance(step, Exception):
            raise step
        return step


def serving(number: int = 1, ready_path: str = "/_/health") -> tuple[Function, list[Endpoint]]:
    """Return a function with so many endpoints."""
    labels = {**QUICK, READY + "path": ready_path}
    made = Function(deployment(labels=labels), revision="1", created_at=REPLICA.created_at)
    endpoints = [Endpoint(replace(REPLICA, id=str(one))) for one in range(number)]
    made.set_endpoints(endpoints)
    return made, endpoints


async def ready(script: Script, current: Callable[[], Replica | None] = lambda: REPLICA, **probe: float) -> Replica:
    made = replace(Probe(), **probe)  # type: ignore[arg-type]
    return await Prober(script, 60.0).until_ready(made, current, lambda: None, 0.3)


class TestGettingReady:
    @pytest.mark.parametrize("status", [200, 204, 302])
    @on_loop
    async def test_replica_that_answers_so_is_ready(self, status: int) -> None:
        script = Script(health=[ConnectionRefusedError(), 503, TimeoutError(), ValueError("no HTTP"), status])

        assert await ready(script) is REPLICA
        assert len(script.asked) == 5

    @pytest.mark.parametrize(
        ("step", "says"),
        [
            (404, "GET /_/health was answered 404, not 200; the annotations com.openfaas.ready.http.path"),
            (TimeoutError(), "GET /_/health was not answered within 1 s"),
            (ConnectionRefusedError("refused"), "GET /_/health failed: refused"),
        ],
    )
    @on_loop
    async def test_replica_that_does_not_is_not_and_says_why(self, step: Step, says: str) -> None:
        with pytest.raises(NotReady) as failure:
            await ready(Script(health=[step]))

        assert str(failure.value).startswith("was not ready within 0.3 s: ")
        assert says in str(failure.value)

    @on_loop
    async def test_replica_that_ended_is_given_up_at_once(self) -> None:
        states = [REPLICA, replace(REPLICA, state=ReplicaState.STOPPED, ended="exit code 1")]
        script = Script(health=[503])
        with pytest.raises(NotReady, match=r"^ended: exit code 1$"):
            await ready(script, lambda: states.pop(0))

        assert len(script.asked) == 1

    @on_loop
    async def test_replica_that_is_gone_is_given_up_at_once(self) -> None:
        with pytest.raises(NotReady, match="is gone"):
            await ready(Script(health=[200]), lambda: None)

    @on_loop
    async def test_replica_that_changed_while_it_was_asked_is_asked_again(self) -> None:
        """It was started again in the meantime, elsewhere."""
        now = replace(REPLICA, port=8081)
        seen = [REPLICA, now]

        assert await ready(Script(health=[200]), lambda: seen.pop(0) if len(seen) > 1 else now) is now

    @on_loop
    async def test_replica_is_not_asked_before_its_delay(self) -> None:
        script = Script(health=[200])
        begun_s = asyncio.get_running_loop().time()
        await ready(script, initial_delay_s=0.1)

        assert asyncio.get_running_loop().time() - begun_s >= 0.1
        assert len(script.asked) == 1


class TestWatching:
    @on_loop
    async def test_replica_that_fails_too_often_in_a_row_is_dead(self) -> None:
        function, (endpoint, _) = serving(2)
        script = Script(health=[503, 503, 200, 503])
        verdict = await Prober(script, 60.0).watch(function, endpoint)

        assert verdict == Verdict("does not live: GET /_/health was answered 503, not 200, 3 times in a row", True)
        assert len(script.asked) == 6

    @on_loop
    async def test_replica_that_is_taken_out_is_watched_no_more(self) -> None:
        function, (endpoint,) = serving()
        watching = asyncio.create_task(Prober(Script(health=[200]), 60.0).watch(function, endpoint))
        await asyncio.sleep(0.03)
        function.set_endpoints([])

        assert await watching == Verdict("")

    @on_loop
    async def test_replica_that_works_may_answer_late(self) -> None:
        function, (endpoint, _) = serving(2)
        endpoint.acquire()
        script = Script(health=[TimeoutError()])
        watching = asyncio.create_task(Prober(script, 60.0).watch(function, endpoint))
        await until(lambda: len(script.asked) > 10)
        assert not watching.done()
        endpoint.release()

        assert (await watching).is_dead

    @on_loop
    async def test_replica_whose_calls_all_hang_is_dead(self) -> None:
        function, (endpoint, _) = serving(2)
        endpoint.acquire()

        assert (await Prober(Script(health=[TimeoutError()]), 0.05).watch(function, endpoint)).is_dead

    @on_loop
    async def test_only_replica_has_three_times_the_patience_with_it_if_late(self) -> None:
        function, (endpoint,) = serving()
        script = Script(health=[TimeoutError()])

        assert (await Prober(script, 60.0).watch(function, endpoint)).is_dead
        assert len(script.asked) == 9

    @on_loop
    async def test_only_replica_that_refuses_connections_is_dead_as_any(self) -> None:
        function, (endpoint,) = serving()
        script = Script(health=[ConnectionRefusedError()])

        assert (await Prober(script, 60.0).watch(function, endpoint)).is_dead
        assert len(script.asked) == 3

    @on_loop
    async def test_replica_that_lives_and_is_not_ready_asks_for_no_calls(self) -> None:
        function, (endpoint,) = serving(ready_path="/go")
        verdict = await Prober(Script(health=[200], go=[200, 429]), 60.0).watch(function, endpoint)

        assert verdict == Verdict("is not ready: GET /go was answered 429, not 200")

    @on_loop
    async def test_replica_is_asked_for_readiness_only_if_that_is_another_question(self) -> None:
        function, (endpoint, _) = serving(2)
        script = Script(health=[200, 200, 503])
        await Prober(script, 60.0).watch(function, endpoint)

        assert len(script.asked) == 5


class TestServing:
    """The same over the fake provider."""

    @on_loop
    async def test_replica_that_hangs_is_started_again_while_the_other_serves(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            labels = {**QUICK, HEALTH + "timeoutSeconds": "100ms", "com.openfaas.scale.min": "2"}
            function = await fleet.deploy(labels=labels)
            provider.hang(function.endpoints[0].replica)
            await until(lambda: provider.count("running"))

            await until(lambda: len(function.endpoints) == 2)
            assert function.reason == ""

    @on_loop
    async def test_replica_that_is_not_ready_gets_no_calls_until_it_is(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            labels = {**QUICK, READY + "path": "/_/ready", "com.openfaas.scale.min": "2"}
            function = await fleet.deploy(labels=labels)
            shy = function.endpoints[0].replica
            async with Callers(fleet):
                provider.answer_probes(shy, 429, path="/_/ready")
                await until(lambda: len(function.endpoints) == 1)
                assert "is not ready: GET /_/ready was answered 429" in function.reason
                provider.answer_probes(shy, 200, path="/_/ready")
                await until(lambda: len(function.endpoints) == 2)
            assert function.reason == ""
            assert provider.count("stopped") == 0

    @on_loop
    async def test_paused_replica_is_not_asked(self, provider: FakeProvider) -> None:
        async with Fleet(provider) as fleet:
            rests = {"com.openfaas.scale.zero": "true", "com.openfaas.scale.zero-duration": "50ms"}
            await fleet.deploy("rests", labels={**QUICK, **rests})
            await until(lambda: fleet.replicas(ReplicaState.PAUSED))
            await fleet.deploy("other", labels=QUICK)
            await asyncio.sleep(0.2)

            assert fleet.replicas(ReplicaState.PAUSED)
            assert fleet["rests"].reason == ""


class TestBackoff:
    def test_first_failure_is_tried_again_at_once_and_later_ones_later(self) -> None:
        now_s = [0.0]
        backoff = Backoff(lambda: now_s[0])
        for delay_s in (*DELAYS_S, DELAYS_S[-1]):
            assert backoff.fail("it") == backoff.wait_s("it") == delay_s
            now_s[0] += delay_s
            assert backoff.wait_s("it") == 0

        assert backoff.wait_s("another") == 0

    def test_failure_long_after_the_last_is_a_first_one(self) -> None:
        now_s = [0.0]
        backoff = Backoff(lambda: now_s[0])
        backoff.fail("it")
        assert backoff.fail("it") == 1
        now_s[0] += FORGIVEN_AFTER_S + 2

        assert backoff.fail("it") == 0

    def test_who_waits_need_not(self) -> None:
        backoff = Backoff(lambda: 0.0)
        for _ in range(3):
            backoff.fail("it")
        backoff.hurry("it")

        assert backoff.wait_s("it") == 0
        assert backoff.fail("it") == DELAYS_S[3]
        backoff.forget("it")
        assert backoff.fail("it") == 0
