"""Every event source's documented payload comes out as the calls it stands for, one for each record, in order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from platforms.aws_lambda.shim import dialect_of, make_lambda_handler
from platforms.contract import Context, Event
from tests.platforms import golden
from tests.platforms.aws_lambda.front_doors import Invocation

EVENTS = golden.load(Path(__file__).parent, "event_sources")
every_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)


def calls_of(native: Any, **environ: str) -> tuple[list[tuple[Event, Context]], Any]:
    """Return the calls that a handler gets for an event, and what Lambda gets."""
    calls: list[tuple[Event, Context]] = []
    result = make_lambda_handler(lambda event, context: calls.append((event, context)), environ)(native, Invocation())
    return calls, result


@every_event
def test_golden_event_comes_out_as_its_calls(event: golden.Golden) -> None:
    calls, result = calls_of(event.event)

    assert dialect_of(event.event) is None
    assert result is None
    assert len(calls) == len(event.expected["calls"])
    for (call, _), expected in zip(calls, event.expected["calls"], strict=True):
        golden.check(event._replace(expected=expected), call)


@every_event
def test_golden_event_s_context_has_the_record_and_lambdas_id(event: golden.Golden) -> None:
    calls, _ = calls_of(event.event)
    natives = event.event.get("Records", [event.event])

    for (_, context), native in zip(calls, natives, strict=True):
        assert context.native == (native, Invocation())
        assert context.request_id == Invocation().aws_request_id


@every_event
def test_golden_event_that_succeeds_is_reported_so_where_a_report_is_taken(event: golden.Golden) -> None:
    _, result = calls_of(event.event, REPORT_BATCH_ITEM_FAILURES="1")

    takes_reports = event.name.startswith(("sqs", "kinesis", "dynamodb"))
    assert result == ({"batchItemFailures": []} if takes_reports else None)


@every_event
def test_golden_event_s_content_type_says_what_the_handler_can_read(event: golden.Golden) -> None:
    calls, _ = calls_of(event.event)

    for call, _ in calls:
        if call.headers["content-type"] == "application/json":
            assert call.json() == json.loads(call.body)
        elif call.headers["content-type"].startswith("text/plain"):
            assert call.text().encode() == call.body


def test_golden_events_cover_every_source() -> None:
    assert {event.name for event in EVENTS} >= {
        *("sqs", "sqs_fifo", "sqs_fair_queue", "sns", "sns_without_subject", "s3_put", "s3_without_response"),
        *("eventbridge", "eventbridge_own", "schedule_of_a_rule", "schedule_of_the_scheduler", "dynamodb", "kinesis"),
    }
