"""How a batch is delivered to the handler, what of it fails, and how Lambda is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from platforms import BadRequest
from platforms.invoke import InvocationFailed
from tests.platforms.aws_lambda import records
from tests.platforms.aws_lambda.front_doors import Invocation
from tests.platforms.aws_lambda.records import (
    BUILDERS,
    REPORTING,
    STREAMS,
    Broken,
    Recorder,
    event,
    fifo,
    run,
    sns,
    sqs,
)
from tests.platforms.builders import Chunks, stable_id
from tests.sample import HANDLER

REPOSITORY_DIR = Path(__file__).parents[3]
REPORT = {"REPORT_BATCH_ITEM_FAILURES": "1"}
every_source = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
reporting_sources = pytest.mark.parametrize("build", [BUILDERS[name] for name in REPORTING], ids=REPORTING)


def ids(result: Any) -> list[str]:
    """Return the item identifiers of a report."""
    assert result.keys() == {"batchItemFailures"}
    assert all(item.keys() == {"itemIdentifier"} for item in result["batchItemFailures"])
    return [item["itemIdentifier"] for item in result["batchItemFailures"]]


class TestReported:
    """With REPORT_BATCH_ITEM_FAILURES=1."""

    def test_queue_reports_the_failed_messages_and_runs_the_others(self) -> None:
        handler = Recorder({"b": Broken(), "d": Broken()})

        assert ids(run(handler, event(*map(sqs, "abcde")), **REPORT)) == ["b", "d"]
        assert handler.seen == list("abcde")

    def test_fifo_reports_the_rest_of_a_failed_group_and_runs_other_groups(self) -> None:
        handler = Recorder({"b": Broken()})
        messages = [fifo("a", group="x"), fifo("b", group="y"), fifo("c", group="y"), fifo("d", group="x")]

        assert ids(run(handler, event(*messages), **REPORT)) == ["b", "c"]
        assert handler.seen == ["a", "b", "d"]

    def test_fair_queue_s_groups_have_no_order(self) -> None:
        """A standard queue's messages may carry a MessageGroupId, for their fair share alone."""
        handler = Recorder({"a": Broken()})

        assert ids(run(handler, event(sqs("a", group="g"), sqs("b", group="g")), **REPORT)) == ["a"]
        assert handler.seen == ["a", "b"]

    @pytest.mark.parametrize("name", STREAMS)
    def test_stream_stops_at_the_first_failure_and_reports_it_alone(self, name: str) -> None:
        handler = Recorder({"3": Broken(), "4": Broken()})

        assert ids(run(handler, event(*map(BUILDERS[name], "12345")), **REPORT)) == ["3"]
        assert handler.seen == ["1", "2", "3"]

    @reporting_sources
    @pytest.mark.parametrize("status", [400, 404, 500, 599])
    def test_answer_of_an_error_status_is_a_failure(self, build: Any, status: int, caplog: Any) -> None:
        handler = Recorder({"2": ({"error": "no moon"}, status)})

        assert ids(run(handler, event(build("1"), build("2")), **REPORT)) == ["2"]
        assert f"InvocationFailed: the handler answered {status}" in caplog.text
        assert "no moon" in caplog.text

    @reporting_sources
    @pytest.mark.parametrize(
        "outcome",
        [None, "", "done", b"\xff\x00", {"a": 1}, ("made", 201), (None, 204), ("elsewhere", 303), [1], False],
        ids=stable_id,
    )
    def test_any_other_answer_is_a_success(self, build: Any, outcome: Any) -> None:
        assert ids(run(Recorder({"1": outcome}), event(build("1"), build("2")), **REPORT)) == []

    @reporting_sources
    @pytest.mark.parametrize(
        "outcome",
        [Broken(), BadRequest("not a moon"), lambda: {1, 2}, lambda: ("x", 999)],
        ids=["raises", "bad-request", "rubbish", "rubbish-status"],
    )
    def test_whatever_goes_wrong_in_the_handler_is_a_failure(self, build: Any, outcome: Any) -> None:
        assert ids(run(Recorder({"2": outcome}), event(build("1"), build("2")), **REPORT)) == ["2"]

    def test_stream_of_an_answer_is_run_to_its_end_and_closed(self) -> None:
        whole, failing = Chunks("a", "b"), Chunks("a", Broken("midway"))
        handler = Recorder({"a": lambda: whole, "b": lambda: failing})

        assert ids(run(handler, event(sqs("a"), sqs("b")), **REPORT)) == ["b"]
        assert (whole.closes, failing.closes) == (1, 1)
        assert next(whole, None) is None

    def test_async_handler_runs(self) -> None:
        async def handle(event: Any, context: Any) -> None:
            if event.json() == "bad":
                raise Broken

        assert ids(run(handle, event(sqs("a"), sqs("b", "bad"), sqs("c")), **REPORT)) == ["b"]

    def test_failures_are_logged_with_the_record_s_id_and_traceback(self, caplog: Any) -> None:
        run(Recorder({"a": Broken("one"), "c": Broken("two")}), event(*map(sqs, "abc")), **REPORT)

        assert [record.getMessage() for record in caplog.records] == [
            f"request {Invocation().aws_request_id} failed at record {item_id}" for item_id in "ac"
        ]
        assert [str(record.exc_info[1]) for record in caplog.records] == ["one", "two"]

    @reporting_sources
    def test_batch_of_failures_alone_fails_the_invocation(self, build: Any) -> None:
        """An alarm that counts errors sees a handler that never succeeds; Lambda sends the same records again."""
        with pytest.raises(Broken, match="first"):
            run(Recorder({"1": Broken("first"), "2": Broken("second")}), event(build("1"), build("2")), **REPORT)

    @pytest.mark.parametrize("build", [sns, records.s3], ids=["sns", "s3"])
    def test_source_that_takes_no_report_fails_the_invocation(self, build: Any) -> None:
        handler = Recorder({"1": Broken()})
        with pytest.raises(Broken):
            run(handler, event(build("1"), build("2")), **REPORT)

        assert handler.seen == ["1", "2"]


class TestRaised:
    """Without the setting: a report that the event source mapping has not asked for would be read as a success."""

    @pytest.mark.parametrize("switch", ["", "0", "no"])
    @every_source
    def test_failure_fails_the_invocation(self, build: Any, switch: str) -> None:
        error = Broken()
        with pytest.raises(Broken) as raised:
            run(Recorder({"2": error}), event(build("1"), build("2")), REPORT_BATCH_ITEM_FAILURES=switch)

        assert raised.value is error

    @every_source
    def test_success_returns_nothing(self, build: Any) -> None:
        assert run(Recorder({"1": {"a": 1}}), event(build("1"), build("2"))) is None

    @pytest.mark.parametrize("build", [sqs, sns, records.s3], ids=["sqs", "sns", "s3"])
    def test_records_without_order_are_all_run_before_it(self, build: Any) -> None:
        """Or one that always fails would keep those behind it from ever being run."""
        handler = Recorder({"1": Broken("first"), "2": Broken("second")})
        with pytest.raises(Broken, match="first"):
            run(handler, event(*map(build, "123")))

        assert handler.seen == ["1", "2", "3"]

    @pytest.mark.parametrize("name", STREAMS)
    def test_stream_s_records_behind_it_are_not_run(self, name: str) -> None:
        handler = Recorder({"2": Broken()})
        with pytest.raises(Broken):
            run(handler, event(*map(BUILDERS[name], "123")))

        assert handler.seen == ["1", "2"]

    def test_fifo_group_s_records_behind_it_are_not_run(self) -> None:
        handler = Recorder({"a": Broken()})
        with pytest.raises(Broken):
            run(handler, event(fifo("a", group="x"), fifo("b", group="x"), fifo("c", group="y")))

        assert handler.seen == ["a", "c"]

    @every_source
    def test_answer_of_an_error_status_fails_the_invocation(self, build: Any) -> None:
        with pytest.raises(InvocationFailed, match="the handler answered 503: later"):
            run(Recorder({"1": ("later", 503)}), event(build("1")))

    @every_source
    def test_single_record_s_error_is_left_to_lambda_to_log(self, build: Any, caplog: Any) -> None:
        with pytest.raises(Broken):
            run(Recorder({"1": Broken()}), event(build("1")))

        assert not caplog.records

    def test_errors_that_are_not_raised_are_logged_and_every_record_is_named(self, caplog: Any) -> None:
        with pytest.raises(Broken, match="one"):
            run(Recorder({"a": Broken("one"), "c": Broken("two")}), event(*map(sqs, "abc")))

        assert [record.getMessage()[-8:] for record in caplog.records] == ["record a", "record c"]
        assert [bool(record.exc_info) for record in caplog.records] == [False, True]

    @pytest.mark.parametrize("environ", [{}, REPORT], ids=["raised", "reported"])
    @pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=stable_id)
    @every_source
    def test_exit_is_never_swallowed(self, build: Any, error: BaseException, environ: dict[str, str]) -> None:
        handler = Recorder({"1": error})
        with pytest.raises(type(error)):
            run(handler, event(build("1"), build("2")), **environ)

        assert handler.seen == ["1"]


def test_events_and_the_loop_are_not_imported_for_http_and_direct_invocations() -> None:
    """A function behind a front door, and not async, does not pay for them at its cold start."""
    program = """
import sys
from platforms.aws_lambda.shim import lambda_handler
from tests.platforms.aws_lambda.front_doors import FRONT_DOORS, Invocation
from tests.conformance import Request
assert lambda_handler(FRONT_DOORS[2].to_event(Request("POST", "/")), Invocation())["statusCode"] == 200
assert lambda_handler({"any": "payload"}, Invocation())["status"] == "success"
unused = ("platforms.aws_lambda.events", "platforms.aws_lambda.sources", "platforms.loop", "asyncio")
assert not any(name in sys.modules for name in unused)
"""
    environ = {**os.environ, "HANDLER": HANDLER}
    subprocess.run([sys.executable, "-c", program], check=True, cwd=REPOSITORY_DIR, env=environ)
