"""What Google documents comes out as the Event it stands for: deliveries of events, and requests on Cloud Run."""

from __future__ import annotations

import io
from pathlib import Path

import flask
import pytest

from platforms.google_cloud import events, shim
from tests.platforms import golden

from .deliveries import delivered

DELIVERIES = golden.load(Path(__file__).parent)
REQUESTS = golden.load(Path(__file__).parent, "requests")


@pytest.mark.parametrize("event", DELIVERIES, ids=lambda event: event.name)
def test_golden_delivery_comes_out_as_its_event(event: golden.Golden) -> None:
    request, arguments = delivered(event.event)

    golden.check(event, events.to_event(*arguments, delivery=request))


@pytest.mark.parametrize(
    "event", [event for event in DELIVERIES if event.name != "firestore"], ids=lambda event: event.name
)
def test_golden_delivery_has_the_same_content_without_the_request_that_brought_it(event: golden.Golden) -> None:
    request, arguments = delivered(event.event)
    with_it, without = events.to_event(*arguments, delivery=request), events.to_event(*arguments)

    assert dict(without.headers) == {name: value for name, value in with_it.headers.items() if name != "traceparent"}
    assert without.json() == with_it.json()


@pytest.mark.parametrize("event", REQUESTS, ids=lambda event: event.name)
def test_golden_request_on_cloud_run_comes_out_as_its_event(event: golden.Golden) -> None:
    environ = {**event.event["environ"], "wsgi.input": io.BytesIO(event.event["body"].encode())}

    golden.check(event, shim.to_event(flask.Request(environ), {"K_SERVICE": "meditations"}))


def test_golden_events_cover_every_source_in_both_generations() -> None:
    names = {event.name for event in DELIVERIES}

    assert names >= {"pubsub", "pubsub_structured", "storage", "firestore", "scheduler"}
    assert names >= {"pubsub_background", "storage_background", "firestore_background"}
