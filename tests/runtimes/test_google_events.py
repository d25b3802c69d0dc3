"""Events through Google's own functions-framework: by its answer Google knows whether to try again."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import Request
from tests.platforms import golden
from tests.platforms.google_cloud.deliveries import to_request

from . import http
from .artifacts import RECORDS
from .google import Framework, framework

DELIVERIES = golden.load(Path(__file__).parents[1] / "platforms" / "google_cloud")
BACKGROUND_EVENTS = [delivery for delivery in DELIVERIES if delivery.name.endswith("_background")]
CLOUD_EVENTS = [delivery for delivery in DELIVERIES if delivery not in BACKGROUND_EVENTS]
ATTRIBUTES = {"specversion": "1.0", "id": "1", "type": "moon.full", "source": "//moon"}
BINARY = tuple((f"ce-{name}", value) for name, value in ATTRIBUTES.items())
STRUCTURED = (("Content-Type", "application/cloudevents+json"),)
JSON = (("Content-Type", "application/json"),)
TELLS = """\
import base64, json

def handle(event, context):
    seen = dict(event.headers), base64.b64encode(event.body).decode(), context.platform
    print("saw " + json.dumps(seen), flush=True)
"""


@pytest.fixture(scope="module")
def cloudevent() -> Iterator[Framework]:
    """Start the framework as Cloud Run functions do."""
    with framework(RECORDS, "handle_event", "cloudevent") as started:
        yield started


@pytest.fixture(scope="module")
def event() -> Iterator[Framework]:
    """Start the framework as the first generation does."""
    with framework(RECORDS, "handle_event", "event") as started:
        yield started


@pytest.fixture(scope="module", params=["cloudevent", "event"])
def telling(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Framework]:
    """Start the framework, in each of both ways, with a function that tells what it sees."""
    function_dir = tmp_path_factory.mktemp("telling")
    (function_dir / "handler.py").write_text(TELLS)
    with framework(function_dir, "handle_event", request.param) as started:
        yield started


def binary(data: Any) -> Request:
    """Return the delivery of a CloudEvent in binary mode."""
    return Request("POST", "/", (*BINARY, *JSON), json.dumps(data).encode())


def structured(data: Any) -> Request:
    """Return the delivery of a CloudEvent in structured mode."""
    return Request("POST", "/", STRUCTURED, json.dumps({**ATTRIBUTES, "data": data}).encode())


def background(data: Any) -> Request:
    """Return the delivery of a background event, of a kind that there is a CloudEvent for."""
    resource = {"service": "storage.googleapis.com", "name": "projects/_/buckets/moons/objects/full", "type": "x"}
    context = {"eventId": "1", "eventType": "google.storage.object.finalize", "timestamp": "t", "resource": resource}
    return Request("POST", "/", JSON, json.dumps({"context": context, "data": data}).encode())


every_delivery = pytest.mark.parametrize(
    "deliver", [binary, structured, background], ids=["binary", "structured", "background"]
)


def body_of(delivery: golden.Golden) -> bytes:
    """Return the body that the handler must see."""
    expected = delivery.expected
    return base64.b64decode(expected["body_base64"]) if "body_base64" in expected else expected["body"].encode()


def seen_by(started: Framework, request: Request) -> tuple[dict[str, str], bytes]:
    """Deliver an event, which must be a success; return the headers and the body that the handler saw."""
    reply = http.send(request, started.port)
    assert (reply.status, reply.body) == (200, b"OK")
    headers, body, platform = json.loads(started.process.wait_for_line("saw ").removeprefix("saw "))
    assert platform == "google_cloud"
    return headers, base64.b64decode(body)


@pytest.mark.parametrize("delivery", CLOUD_EVENTS, ids=lambda delivery: delivery.name)
def test_golden_cloud_event_is_seen_the_same_by_both_kinds_of_function(
    delivery: golden.Golden, telling: Framework
) -> None:
    headers, body = seen_by(telling, to_request(delivery.event))

    assert headers == delivery.expected["headers"]
    assert body == body_of(delivery)


@pytest.mark.parametrize("delivery", BACKGROUND_EVENTS, ids=lambda delivery: delivery.name)
@pytest.mark.parametrize("telling", ["event"], indirect=True)
def test_golden_background_event_is_seen_by_a_background_function(delivery: golden.Golden, telling: Framework) -> None:
    headers, body = seen_by(telling, to_request(delivery.event))

    assert headers == delivery.expected["headers"]
    assert body == body_of(delivery)


@pytest.mark.parametrize("delivery", BACKGROUND_EVENTS, ids=lambda delivery: delivery.name)
@pytest.mark.parametrize("telling", ["cloudevent"], indirect=True)
def test_golden_background_event_is_made_a_cloud_event_by_the_framework(
    delivery: golden.Golden, telling: Framework
) -> None:
    headers, body = seen_by(telling, to_request(delivery.event))

    assert headers["ce-id"] == delivery.expected["headers"]["ce-id"]
    assert headers["ce-type"].startswith("google.cloud.")
    assert headers["content-type"] == "application/json"
    if delivery.name == "pubsub_background":
        assert json.loads(body)["message"]["data"] == "eyJtb29uIjogMX0="


@every_delivery
@pytest.mark.parametrize(("do", "logged"), [("raise", "ValueError: cannot do with 1"), ("refuse", "answered 422")])
@pytest.mark.parametrize("signature", ["cloudevent", "event"])
def test_failed_event_is_a_500_that_tells_only_the_log(
    signature: str, deliver: Any, do: str, logged: str, request: pytest.FixtureRequest
) -> None:
    started: Framework = request.getfixturevalue(signature)
    reply = http.send(deliver({"do": do}), started.port)

    assert (reply.status, reply.header("x-google-status")) == (500, "crash")
    assert logged.encode() not in reply.body
    started.process.wait_for_line(logged)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ((), b"", 415),
        (JSON, b"[]", 400),
        (JSON, b'{"a": 1}', 400),
        (JSON, b"rubbish", 400),
        (STRUCTURED, b'{"specversion": "1.0", "id": "1"}', 400),
        (STRUCTURED, b"rubbish", 400),
        (BINARY[:2], b"{}", 415),
        ((("ce-specversion", "9.9"), *BINARY[1:]), b"{}", 415),
    ],
)
def test_body_that_is_no_event_is_refused_by_the_framework(
    headers: Any, body: bytes, status: int, cloudevent: Framework
) -> None:
    assert http.send(Request("POST", "/", headers, body), cloudevent.port).status == status


@pytest.mark.parametrize(("headers", "body"), [(JSON, b'{"a": 1}'), (STRUCTURED, b'{"specversion": "1.0", "id": "1"}')])
def test_body_that_is_no_event_and_that_the_framework_passes_on_is_refused_by_us(
    headers: Any, body: bytes, event: Framework
) -> None:
    reply = http.send(Request("POST", "/", headers, body), event.port)

    assert reply.status == 500
    event.process.wait_for_line("RefusedEvent: the event has no ")
