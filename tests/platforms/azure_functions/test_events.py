"""What Azure's triggers bring, made by azure.functions' own converters, as calls of the handler."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from azure.functions.eventgrid import EventGridEventInConverter
from azure.functions.meta import Datum
from azure.functions.queue import QueueMessageInConverter
from azure.functions.timer import TimerRequestConverter

from platforms.azure_functions.events import RefusedEvent, to_event
from platforms.azure_functions.shim import make_run
from platforms.invoke import InvocationFailed
from tests.platforms.azure_functions.driver import native_context
from tests.platforms.golden import Golden, check, load

CONVERTERS: dict[str, Any] = {
    "timer": TimerRequestConverter,
    "queue": QueueMessageInConverter,
    "event_grid": EventGridEventInConverter,
}


def native_of(golden: Golden) -> Any:
    """Return what the worker's converter makes of what the host sends."""
    sent = golden.event
    metadata = {name: Datum(value, "string") for name, value in sent.get("metadata", {}).items()}
    data = sent["data"] if sent["type"] == "string" else json.dumps(sent["data"])
    return CONVERTERS[sent["trigger"]].decode(Datum(data, sent["type"]), trigger_metadata=metadata)


@pytest.mark.parametrize("golden", load(Path(__file__).parent), ids=lambda golden: golden.name)
def test_golden_event(golden: Golden) -> None:
    check(golden, to_event(native_of(golden), native_context(golden.event["trigger"])))


@pytest.mark.parametrize("native", [{"a": 1}, "text", None, SimpleNamespace(id="1")], ids=str)
def test_what_no_known_trigger_brings_is_refused(native: Any) -> None:
    with pytest.raises(RefusedEvent, match="a timer, a queue's message or an Event Grid event is expected"):
        to_event(native, native_context())


def cloud_event(**members: Any) -> Any:
    """Return what the worker makes of an event in CloudEvents' schema."""
    event = {"specversion": "1.0", "id": "1", "source": "/sky", "type": "moon.rose", **members}
    return EventGridEventInConverter.decode(Datum(json.dumps(event), "json"), trigger_metadata={})


class TestCloudEvents:
    # https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md#31-handling-of-data
    @pytest.mark.parametrize(
        ("members", "content_type", "body"),
        [
            ({"data_base64": "AP8=", "datacontenttype": "image/png"}, "image/png", b"\x00\xff"),
            ({"data_base64": "AP8="}, "application/octet-stream", b"\x00\xff"),
            ({"data": "<moon/>", "datacontenttype": "application/xml"}, "application/xml", b"<moon/>"),
            ({"data": "é", "datacontenttype": "text/plain; charset=latin-1"}, "text/plain; charset=latin-1", b"\xe9"),
            ({"data": "full", "datacontenttype": "a/b+json; x=y"}, "a/b+json; x=y", b'"full"'),
            ({"data": "full"}, "application/json", b'"full"'),
            ({"data": [1]}, "application/json", b"[1]"),
            ({}, "application/json", b""),
        ],
    )
    def test_data_is_what_the_sender_meant(self, members: dict[str, Any], content_type: str, body: bytes) -> None:
        event = to_event(cloud_event(**members), native_context())

        assert (event.headers["content-type"], event.body) == (content_type, body)
        assert "ce-data_base64" not in event.headers

    def test_extension_may_have_any_name_and_no_value(self) -> None:
        headers = to_event(cloud_event(data=1, body="moon", gone=None), native_context()).headers

        assert headers["ce-body"] == "moon"
        assert "ce-gone" not in headers

    @pytest.mark.parametrize(
        "members",
        [{"data_base64": "!"}, {"data_base64": 7}, {"data": "x", "datacontenttype": "text/plain; charset=klingon"}],
    )
    def test_data_that_cannot_be_read_is_refused(self, members: dict[str, Any]) -> None:
        with pytest.raises(RefusedEvent, match="the CloudEvent is not as Azure documents it"):
            to_event(cloud_event(**members), native_context())


def test_trace_is_the_one_of_the_invocation() -> None:
    trace_parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    event = to_event(cloud_event(data=1), native_context(trace_parent=trace_parent))

    assert event.headers["traceparent"] == trace_parent


def test_event_without_what_every_cloud_event_has_is_refused() -> None:
    native = EventGridEventInConverter.decode(Datum('{"id": "1", "data": {}}', "json"), trigger_metadata={})

    with pytest.raises(RefusedEvent, match="type is None"):
        to_event(native, native_context())


class TestRun:
    @pytest.fixture
    def message(self) -> Any:
        """Return a queue's message."""
        return native_of(next(golden for golden in load(Path(__file__).parent) if golden.name == "queue"))

    def test_handler_s_error_fails_the_invocation(self, message: Any) -> None:
        def handle(event: Any, context: Any) -> Any:
            raise ValueError("cannot do this one")

        with pytest.raises(ValueError, match="cannot do this one"):
            make_run(handle, {})(message, native_context())

    def test_answer_of_an_error_fails_the_invocation(self, message: Any) -> None:
        with pytest.raises(InvocationFailed, match="the handler answered 422: no"):
            make_run(lambda event, context: ("no", 422), {})(message, native_context())

    def test_deadline_is_the_one_of_the_settings(self, message: Any) -> None:
        seen: list[Any] = []
        run = make_run(lambda event, context: seen.append(context.remaining_seconds()), {})
        run(message, native_context())
        limited = make_run(
            lambda event, context: seen.append(0 < (context.remaining_seconds() or 0) <= 300),
            {"AzureFunctionsJobHost__functionTimeout": "00:05:00"},
        )
        limited(message, native_context())

        assert seen == [None, True]
