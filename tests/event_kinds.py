"""What is no HTTP and reaches a handler, platform by platform: each kind is delivered once, in process, and seen.

`tests/capabilities.py` writes the kinds into the documents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import azure.functions as azf
from azure.functions.timer import TimerRequest
from cloudevents.http import CloudEvent

from platforms.azure_functions.shim import make_run
from platforms.contract import Context, Event
from platforms.google_cloud.shim import make_handle_event
from platforms.openwhisk.shim import make_main
from platforms.wsgi.responder import Responder
from platforms.wsgi.shim import make_application
from tests.conformance import Request
from tests.platforms.aws_lambda import records
from tests.platforms.azure_functions.driver import native_context
from tests.platforms.wsgi import in_process

PAYLOAD: dict[str, Any] = {"moon": "full"}
Deliver = Callable[[Callable[[Event, Context], Any]], Any]
"""Makes the platform call a handler with one event of the kind."""


def seen(kinds: Mapping[str, Deliver]) -> list[str]:
    """Return the kinds that reach a handler: once each, as a POST to `/` with its payload as JSON."""
    return [kind for kind, deliver in kinds.items() if _is_seen(deliver)]


def _is_seen(deliver: Deliver) -> bool:
    events: list[Event] = []

    def handle(event: Event, context: Context) -> str:
        events.append(event)
        return "seen"

    deliver(handle)
    (event,) = events
    return (event.method, event.path) == ("POST", "/") and "full" in json.dumps(event.json())


def _over_http(headers: Mapping[str, str]) -> Deliver:
    request = Request(
        "POST", "/", (("Content-Type", "application/json"), *headers.items()), json.dumps(PAYLOAD).encode()
    )
    return lambda handle: in_process.send(make_application(Responder(handle, {})), request)


def _by_trigger(native: Any) -> Deliver:
    return lambda handle: make_run(handle, {})(native, native_context())


def _on_lambda(native: Any) -> Deliver:
    return lambda handle: records.run(handle, native)


CLOUD_EVENT = {"ce-specversion": "1.0", "ce-id": "1", "ce-type": "moon.rose", "ce-source": "/sky"}
CONNECTOR = {"X-Connector": "cron-connector", "X-Topic": "cron-function"}
_LAMBDA: Mapping[str, Deliver] = {
    "SQS": _on_lambda(records.event(records.sqs("1", PAYLOAD))),
    "SNS": _on_lambda(records.event(records.sns("1", PAYLOAD))),
    "S3": _on_lambda(records.event(records.s3("1", PAYLOAD))),
    "Kinesis": _on_lambda(records.event(records.kinesis("1", PAYLOAD))),
    "DynamoDB": _on_lambda(records.event(records.dynamodb("1", PAYLOAD))),
    "EventBridge": _on_lambda(records.event_bus(PAYLOAD)),
    "direct": _on_lambda(PAYLOAD),
}
BACKGROUND = SimpleNamespace(event_id="1", event_type="t", resource="r", timestamp="2024-06-12T14:00:00Z")
EVENT_KINDS: Mapping[str, Mapping[str, Deliver]] = {
    "wsgi": {"CloudEvents over HTTP": _over_http(CLOUD_EVENT)},
    "openfaas": {"connectors": _over_http(CONNECTOR), "CloudEvents over HTTP": _over_http(CLOUD_EVENT)},
    "openwhisk": {"triggers": lambda handle: make_main(handle, {})(PAYLOAD)},
    "aws_lambda": _LAMBDA,
    "google_cloud": {
        "CloudEvents": lambda handle: make_handle_event(handle, {})(CloudEvent({"type": "t", "source": "s"}, PAYLOAD)),
        "background events": lambda handle: make_handle_event(handle, {})(PAYLOAD, BACKGROUND),
    },
    "azure_functions": {
        "timer": _by_trigger(TimerRequest(schedule=PAYLOAD)),
        "storage queue": _by_trigger(azf.QueueMessage(id="1", body=json.dumps(PAYLOAD))),
        "Event Grid": _by_trigger(
            azf.EventGridEvent(
                id="1", data=PAYLOAD, topic="/t", subject="s", event_type="t", event_time=None, data_version="1"
            )
        ),
    },
}
