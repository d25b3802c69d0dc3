"""The one front door that the deployer does not make: it passes the whole table, and refuses what AWS's refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from platforms.aws_lambda.limits import ALB_MAX_PAYLOAD_BYTES
from platforms.aws_lambda.shim import LOAD_BALANCER, dialect_of
from portable.emulators.aws_lambda.in_process import NAMES, sender
from portable.emulators.aws_lambda.load_balancer import alb_event, alb_multi_event
from portable.emulators.aws_lambda.received import Received
from portable.emulators.aws_lambda.replies import alb_reply
from portable.emulators.aws_lambda.routes import DEFAULT
from portable.emulators.errors import Malformed
from portable.emulators.messages import Pairs
from tests.cases import CASES
from tests.conformance import Case, Reply, Request, missing, run
from tests.functions.conformance.handler import handle
from tests.platforms.aws_lambda.front_doors import FRONT_DOORS

_SEND = sender(handle, {}, "alb")


class LoadBalanced:
    """The shim as replay calls it behind a load balancer, with the limits of the suite's own."""

    platform = "aws_lambda:alb"
    limits = next(door.limits for door in FRONT_DOORS if door.name == "alb")
    reply_limit_bytes = ALB_MAX_PAYLOAD_BYTES

    def send(self, request: Request) -> Reply:
        """Send the request through the door."""
        return _SEND(request).reply


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conformance(case: Case) -> None:
    if reason := missing(case, LoadBalanced()):
        pytest.skip(f"aws_lambda:alb: {reason}")
    run(case, LoadBalanced())


def test_load_balancer_sends_the_last_of_each_name_and_decodes_nothing() -> None:
    headers = [("Host", "lb.example"), ("X-Two", "1"), ("x-two", "2"), ("X-Forwarded-For", "203.0.113.9")]
    request = Received("PUT", "/a%20b?c=%26&c=2&d", headers, b"\xff", "192.0.2.1", "r1", "Root=1")
    event = alb_event(request, DEFAULT, NAMES)

    assert dialect_of(event) is LOAD_BALANCER
    assert (event["path"], event["queryStringParameters"]) == ("/a%20b", {"c": "2", "d": ""})
    assert event["headers"] == {
        "host": "lb.example",
        "x-two": "2",
        "x-amzn-trace-id": "Root=1",
        "x-forwarded-for": "203.0.113.9, 192.0.2.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    assert (event["body"], event["isBase64Encoded"]) == ("/w==", True)


def test_load_balancer_with_multi_value_headers_on_sends_every_value_and_no_other_map() -> None:
    headers = [("Host", "lb.example"), ("X-Two", "1"), ("x-two", "2")]
    event = alb_multi_event(Received("GET", "/?c=%26&c=2", headers, b"", "192.0.2.1", "r1", "Root=1"), DEFAULT, NAMES)

    assert dialect_of(event) is LOAD_BALANCER
    assert event["multiValueQueryStringParameters"] == {"c": ["%26", "2"]}
    assert event["multiValueHeaders"]["x-two"] == ["1", "2"]
    assert not {"headers", "queryStringParameters"} & event.keys()
    assert (event["body"], event["isBase64Encoded"]) == ("", False)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ((), "eA=="),
        ((("Content-Type", "text/x"),), "x"),
        ((("Content-Type", "text/x"), ("Content-Encoding", "br")), "eA=="),
    ],
)
def test_load_balancer_sends_text_as_it_is_unless_it_is_encoded(headers: Pairs, body: str) -> None:
    event = alb_event(Received("PUT", "/", headers, b"x", "192.0.2.1", "r1", "Root=1"), DEFAULT, NAMES)

    assert event["body"] == body


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (None, "it takes an object whose statusCode is a number"),
        ({"body": "x"}, "it takes an object whose statusCode is a number"),
        ({"statusCode": "200"}, "it takes an object whose statusCode is a number"),
        ({"statusCode": 200, "body": "x" * 2**20}, "bytes of JSON: a load balancer takes 1 MB"),
        ({"statusCode": 200, "body": 5}, "the body is a int"),
    ],
)
def test_result_that_no_load_balancer_takes_is_malformed(result: Any, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        alb_reply(json.dumps(result).encode())
