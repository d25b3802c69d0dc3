"""Functions called at their times under the real server: what they are sent, overlaps, changes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from portable.gateway import VERSION
from portable.gateway.cron.schedule_file import FILE_NAME
from portable.gateway.cron.scheduler import MAX_RUNNING

from ..peers import on_loop
from ..peers.client import ask
from ..peers.upstream import answers, replica
from .gateways import FN, MINUTELY, Held, cron_gateway, deployed, ended
from .test_job import MINUTE_S

GOLDEN = Path(__file__).parents[3] / "platforms" / "openfaas" / "events" / "cron_connector.json"


class TestRun:
    @on_loop
    async def test_function_is_sent_what_the_connector_sends(self, tmp_path: Path) -> None:
        async with replica(answers()) as upstream, cron_gateway(tmp_path, FN, port=upstream.port) as it:
            it.pass_s(MINUTE_S)
            call = (await it.called())[0]
            request = upstream.requests[0]
            golden = dict(json.loads(GOLDEN.read_text())["event"]["headers"])

            assert request.line == "POST / HTTP/1.1"
            assert (request.header("content-length"), request.body) == ("0", b"")
            for name in ("X-Connector", "X-Topic"):
                assert request.header(name.lower()) == golden[name]
            assert request.header("x-call-id") == call.call_id
            assert request.header("user-agent") == f"portable-gateway/{VERSION} cron"
            of_a_client = {"Accept-Encoding", "X-Forwarded-Host"}  # nobody reads the reply, or came by any name
            assert {name.lower() for name in golden.keys() - of_a_client} <= {name for name, _ in request.headers}

    @on_loop
    async def test_run_is_counted_and_recorded_as_any_call_is(self, tmp_path: Path) -> None:
        async with (
            replica(answers(status="201 Created")) as upstream,
            cron_gateway(tmp_path, FN, port=upstream.port) as it,
        ):
            function = it.router.resolve("fn")
            it.pass_s(MINUTE_S)
            call = (await it.called())[0]
            state = await ended(it)

            assert (call.function, call.method, call.status) == (function, "POST", 201)
            assert call.replica == f"fn-{upstream.port}"
            assert function.invocation_count == 1
            assert state == {
                "function": "fn.openfaas-fn",
                "schedule": MINUTELY,
                "nextAt": "2027-01-31T12:02:00Z",
                "running": 0,
                "lastRun": {
                    "dueAt": "2027-01-31T12:01:00Z",
                    "callId": call.call_id,
                    "status": 201,
                    "durationSeconds": state["lastRun"]["durationSeconds"],  # type: ignore[index]
                    "error": "",
                },
                "missed": 0,
                "lastMissedAt": None,
                "skipped": 0,
                "error": "",
            }

    @on_loop
    async def test_runs_follow_each_other_as_time_passes(self, tmp_path: Path) -> None:
        async with replica(answers()) as upstream, cron_gateway(tmp_path, FN, port=upstream.port) as it:
            for number in range(1, 4):
                it.pass_s(MINUTE_S)
                await it.called(number)
            it.pass_s(MINUTE_S / 2)
            await asyncio.sleep(0)

            assert len(upstream.requests) == 3
            assert (await it.state())["missed"] == 0

    @on_loop
    async def test_two_functions_of_one_time_run_side_by_side(self, tmp_path: Path) -> None:
        held, other = Held(), deployed("other", "1 12 * * *")
        async with replica(held) as upstream, cron_gateway(tmp_path, FN, other, port=upstream.port) as it:
            it.pass_s(MINUTE_S)
            await held.asked(2)
            held.release(2)

            assert {call.function.name.name for call in await it.called(2)} == {"fn", "other"}

    @on_loop
    async def test_run_that_fails_says_why_and_the_next_one_runs(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with replica(answers(status="500 No")) as upstream, cron_gateway(tmp_path, FN) as it:
            it.add("bad", upstream.port)
            it.pass_s(MINUTE_S)
            await it.called(2)
            state, bad = await ended(it), await ended(it, "bad")
            it.pass_s(MINUTE_S)
            await it.called(4)

        assert state["lastRun"]["status"] == 503  # type: ignore[index]
        assert "no endpoints available for fn" in state["lastRun"]["error"]  # type: ignore[index]
        assert (bad["lastRun"]["status"], bad["lastRun"]["error"]) == (500, "")  # type: ignore[index]
        assert "bad.openfaas-fn: its run of 2027-01-31T12:01:00Z failed: it answered 500" in caplog.text

    @on_loop
    async def test_other_requests_are_answered_meanwhile(self, tmp_path: Path) -> None:
        held = Held()
        async with replica(held) as upstream, cron_gateway(tmp_path, FN, port=upstream.port) as it:
            it.pass_s(MINUTE_S)
            await held.asked(1)

            assert (await ask(it.port, "GET", "/healthz")).status == 200
            assert (await it.state())["running"] == 1
            held.release()


class TestOverlap:
    @on_loop
    async def test_run_begins_though_the_one_before_goes_on_as_with_the_connector(self, tmp_path: Path) -> None:
        held = Held()
        async with replica(held) as upstream, cron_gateway(tmp_path, FN, port=upstream.port) as it:
            for number in (1, 2):
                it.pass_s(MINUTE_S)
                await held.asked(number)
            state = await it.state()
            held.release(2)

            assert (state["running"], state["skipped"]) == (2, 0)
            assert state["lastRun"]["dueAt"] == "2027-01-31T12:02:00Z"

    @on_loop
    async def test_too_many_are_skipped_and_counted_until_one_ends(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        held = Held()
        async with replica(held) as upstream, cron_gateway(tmp_path, FN, port=upstream.port) as it:
            for number in range(MAX_RUNNING):
                it.pass_s(MINUTE_S)
                await held.asked(number + 1)
            it.pass_s(2 * MINUTE_S)
            state = await it.state()
            held.release()
            await it.called()
            while (await it.state())["running"] == MAX_RUNNING:
                await asyncio.sleep(0)
            it.pass_s(MINUTE_S)
            await held.asked(MAX_RUNNING + 1)
            held.release(MAX_RUNNING)

        assert (state["running"], state["skipped"], state["missed"]) == (MAX_RUNNING, 2, 0)
        assert caplog.text.count("is skipped") == 2


class TestChanges:
    @on_loop
    async def test_new_function_is_called_from_its_next_time_on(self, tmp_path: Path) -> None:
        async with replica(answers()) as upstream, cron_gateway(tmp_path) as it:
            it.pass_s(10 * MINUTE_S)
            it.add("fn", upstream.port)
            assert (await it.state())["nextAt"] == "2027-01-31T12:11:00Z"
            it.pass_s(MINUTE_S)
            await it.called()

            assert (await it.state())["missed"] == 0

    @on_loop
    async def test_removed_function_is_not_called_any_more(self, tmp_path: Path) -> None:
        async with replica(answers()) as upstream, cron_gateway(tmp_path, FN, port=upstream.port) as it:
            it.pass_s(MINUTE_S - 0.01)
            it.remove("fn")
            it.pass_s(MINUTE_S)

            assert await it.states() == {}
        assert upstream.requests == []
        assert json.loads((tmp_path / FILE_NAME).read_text())["functions"] == {}

    @on_loop
    async def test_updated_schedule_is_the_one_that_holds_at_once(self, tmp_path: Path) -> None:
        async with replica(answers()) as upstream, cron_gateway(tmp_path, FN, port=upstream.port) as it:
            it.pass_s(MINUTE_S - 0.01)
            it.update("fn", "30 12 * * *")
            it.pass_s(MINUTE_S)

            assert upstream.requests == []
            assert (await it.state())["nextAt"] == "2027-01-31T12:30:00Z"
            it.pass_s(29 * MINUTE_S)
            await it.called()

    @on_loop
    async def test_update_that_leaves_the_schedule_leaves_what_is_known(self, tmp_path: Path) -> None:
        async with replica(answers()) as upstream, cron_gateway(tmp_path, FN, port=upstream.port) as it:
            it.pass_s(MINUTE_S)
            await it.called()
            before = await ended(it)
            it.update("fn", MINUTELY, owner="me")

            assert await it.state() == before

    @on_loop
    async def test_function_whose_topic_is_another_is_no_longer_called(self, tmp_path: Path) -> None:
        async with cron_gateway(tmp_path, FN) as it:
            it.update("fn", MINUTELY, topic="orders")

            assert await it.states() == {}

    @on_loop
    async def test_bad_schedule_that_was_not_deployed_here_is_told_and_the_others_run(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with (
            replica(answers()) as upstream,
            cron_gateway(tmp_path, deployed("bad", "61 * * * *"), FN, port=upstream.port) as it,
        ):
            it.pass_s(MINUTE_S)
            await it.called()
            bad = it.router.resolve("bad")
            state = await it.state("bad")

            assert state["schedule"] == "61 * * * *"
            assert state["error"] == bad.reason == "annotation schedule: minute is '61', not from 0 to 59"
            assert state["nextAt"] is state["lastRun"] is None
            assert caplog.text.count("bad.openfaas-fn is not called by its schedule: annotation schedule") == 1

            it.update("bad", MINUTELY)
            assert (await it.state("bad"))["error"] == bad.reason == ""
            it.update("bad", "nonsense")
            assert (await it.state("bad"))["error"] == bad.reason
            it.remove("bad")
            assert (await it.states()).keys() == {"fn.openfaas-fn"}
