"""Every front door's documented payload comes out as the Event it stands for, and gets a reply it takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from platforms.aws_lambda.shim import dialect_of, make_lambda_handler, to_event
from portable.emulators.aws_lambda.doors import DOORS, HTTP_V1, LOAD_BALANCER, LOAD_BALANCER_MULTI
from tests.platforms import golden
from tests.platforms.aws_lambda.front_doors import Invocation

EVENTS = golden.load(Path(__file__).parent)
BY_DIALECT = {
    "RestApi": DOORS["rest"],
    "HttpApiV1": HTTP_V1,
    "HttpApiV2": DOORS["http"],
    "FunctionUrl": DOORS["url"],
    "LoadBalancer": LOAD_BALANCER,
}
every_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)


@every_event
def test_golden_event_comes_out_as_its_event(event: golden.Golden) -> None:
    dialect = dialect_of(event.event)

    assert (type(dialect).__name__ if dialect else None) == event.expected["dialect"]
    golden.check(event, to_event(event.event))


@every_event
def test_golden_event_gets_a_reply_in_its_dialect(event: golden.Golden) -> None:
    reply = make_lambda_handler(lambda event, context: ({"seen": event.path}, 201), {})(event.event, Invocation())

    if event.expected["dialect"] is None:
        assert reply == {"seen": "/"}
        return
    is_multi = event.expected["dialect"] == "LoadBalancer" and "multiValueHeaders" in event.event
    door = LOAD_BALANCER_MULTI if is_multi else BY_DIALECT[event.expected["dialect"]]
    neutral = door.from_native(json.dumps(reply).encode(), is_strict=True)
    assert (neutral.status, neutral.json()) == (201, {"seen": event.expected["path"]})


def test_golden_events_cover_every_dialect_and_header_mode() -> None:
    assert {event.name for event in EVENTS} >= {
        *("rest_v1", "rest_v1_console_test", "rest_v1_custom_domain", "http_api_v1", "http_api_v2"),
        *("http_api_v2_named_stage", "function_url", "alb_single", "alb_multi", "alb_health_check", "direct"),
    }
