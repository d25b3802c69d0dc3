"""What a clock that jumps, a gateway that ends and a fault do to schedules, under the real server."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path

import pytest

from portable.gateway.cron.schedule_file import FILE_NAME

from ..peers import on_loop
from ..peers.upstream import answers, replica
from .gateways import FN, MINUTELY, Held, cron_gateway, deployed, ended
from .test_job import HOUR_S, MINUTE_S, NOON_S


class TestClock:
    @on_loop
    async def test_runs_while_the_machine_slept_are_told_and_not_made_up_for(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with replica(answers()) as upstream, cron_gateway(tmp_path, FN, port=upstream.port) as it:
            it.jump_s(HOUR_S + 30.0)
            state = await it.state()

            assert (state["missed"], state["lastMissedAt"]) == (60, "2027-01-31T13:00:00Z")
            assert upstream.requests == []
            it.pass_s(MINUTE_S)
            await it.called()
        assert "fn.openfaas-fn: missed 60 of the runs of its schedule '* * * * *'" in caplog.text
        assert "the first at 2027-01-31T12:01:00Z" in caplog.text

    @on_loop
    async def test_clock_that_is_set_back_repeats_no_run(self, tmp_path: Path) -> None:
        async with replica(answers()) as upstream, cron_gateway(tmp_path, FN, port=upstream.port) as it:
            it.pass_s(MINUTE_S)
            await it.called()
            it.jump_s(-10 * MINUTE_S)
            for _ in range(10 * 60):
                it.pass_s(0.9)

            assert len(upstream.requests) == 1


class TestRestart:
    @on_loop
    async def test_next_gateway_tells_what_was_missed_and_knows_the_last_run(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with replica(answers()) as upstream:
            async with cron_gateway(tmp_path, FN, port=upstream.port) as it:
                it.pass_s(MINUTE_S)
                await it.called()
                last = (await ended(it))["lastRun"]
            async with cron_gateway(tmp_path, FN, at_s=NOON_S + 3.5 * MINUTE_S, port=upstream.port) as it:
                state = await it.state()
                assert len(upstream.requests) == 1
                it.pass_s(MINUTE_S)
                await it.called()

        assert (state["missed"], state["lastMissedAt"]) == (2, "2027-01-31T12:03:00Z")
        assert state["lastRun"] == last
        assert "missed 2 of the runs of its schedule '* * * * *'" in caplog.text

    @on_loop
    async def test_run_in_a_gateway_that_is_killed_is_not_missed_and_says_that_it_was_broken_off(
        self, tmp_path: Path
    ) -> None:
        held = Held()
        async with replica(held) as upstream:
            async with cron_gateway(tmp_path, FN, port=upstream.port) as it:
                it.pass_s(MINUTE_S)
                await held.asked(1)
                killed = (tmp_path / FILE_NAME).read_bytes()
                held.release()
            (tmp_path / FILE_NAME).write_bytes(killed)
            async with cron_gateway(tmp_path, FN, at_s=NOON_S + 1.5 * MINUTE_S, port=upstream.port) as it:
                state = await it.state()

        assert state["missed"] == 0
        assert state["lastRun"]["status"] is None
        assert state["lastRun"]["error"] == "the gateway ended while it went on"

    @on_loop
    async def test_schedule_that_is_another_now_and_function_that_is_gone_missed_nothing(self, tmp_path: Path) -> None:
        async with cron_gateway(tmp_path, FN, deployed("gone", MINUTELY), deployed("plain", MINUTELY)):
            pass
        at_s = NOON_S + HOUR_S + 30.0
        async with cron_gateway(tmp_path, deployed("fn", "*/2 * * * *"), deployed("plain", "no"), at_s=at_s) as it:
            it.update("plain", MINUTELY, topic="")
            states = await it.states()

        assert states.keys() == {"fn.openfaas-fn"}
        assert states["fn.openfaas-fn"]["missed"] == 0
        assert json.loads((tmp_path / FILE_NAME).read_text())["functions"].keys() == {"fn.openfaas-fn"}

    @on_loop
    async def test_every_goes_on_in_its_own_step_after_a_restart(self, tmp_path: Path) -> None:
        every = deployed("fn", "@every 1h")
        async with cron_gateway(tmp_path, every):
            pass
        async with cron_gateway(tmp_path, every, at_s=NOON_S + 2.5 * HOUR_S) as it:
            state = await it.state()

        assert (state["missed"], state["nextAt"]) == (2, "2027-01-31T15:00:00Z")

    @on_loop
    async def test_gateway_that_ends_lets_a_run_end(self, tmp_path: Path) -> None:
        held = Held()
        async with replica(held) as upstream:
            async with cron_gateway(tmp_path, FN, port=upstream.port) as it:
                it.pass_s(MINUTE_S)
                await held.asked(1)
                asyncio.get_running_loop().call_soon(held.release)

            assert [call.status for call in it.calls] == [200]
        kept = json.loads((tmp_path / FILE_NAME).read_text())["functions"]["fn.openfaas-fn"]["last"]
        assert (kept["status"], kept["error"]) == (200, "")

    @on_loop
    async def test_gateway_that_ends_breaks_off_a_run_that_does_not(self, tmp_path: Path) -> None:
        held = Held()
        async with replica(held) as upstream:
            async with cron_gateway(tmp_path, FN, port=upstream.port, write_timeout_s=0.01) as it:
                it.pass_s(MINUTE_S)
                await held.asked(1)
            it.pass_s(HOUR_S)

            assert held.waiting == 1
        kept = json.loads((tmp_path / FILE_NAME).read_text())["functions"]["fn.openfaas-fn"]["last"]
        assert (kept["status"], kept["error"]) == (0, "the gateway ended before it did")


class TestFaults:
    @on_loop
    async def test_file_that_cannot_be_written_keeps_no_function_from_running(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with replica(answers()) as upstream, cron_gateway(tmp_path / "none", FN, port=upstream.port) as it:
            it.pass_s(MINUTE_S)
            await it.called()

        assert "cannot be written" in caplog.text

    @on_loop
    async def test_fault_of_one_look_does_not_end_the_schedules(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Faulty(dict[str, str]):
            def get(self, *_: object) -> str:
                raise RuntimeError("a fault of the test's")

        async with replica(answers()) as upstream, cron_gateway(tmp_path, FN, port=upstream.port) as it:
            good = it.router.resolve("fn").deployment
            with caplog.at_level(logging.CRITICAL, "portable.gateway.cron.scheduler"):
                object.__setattr__(good, "annotations", Faulty())
                it.cron._known.clear()
                it.pass_s(MINUTE_S)
            it.update("fn", MINUTELY)
            it.pass_s(MINUTE_S)
            await it.called()
