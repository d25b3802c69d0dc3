"""Events that are no HTTP: what a handler sees of them, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import flask
import pytest
from cloudevents.http import CloudEvent
from google.cloud.functions.context import Context
from hypothesis import given
from hypothesis import strategies as st

from platforms.google_cloud.events import RefusedEvent, to_event
from tests.conformance import Request, b64

from .deliveries import cloud_event, to_arguments
from .driver import make_request

ATTRIBUTES = {"specversion": "1.0", "id": "1", "type": "moon.full", "source": "//moon"}
BINARY = tuple((f"ce-{name}", value) for name, value in ATTRIBUTES.items())


class TestData:
    """The body and its type, of an event in structured mode or without the request that brought it."""

    @pytest.mark.parametrize(
        ("data", "content_type", "body", "seen_type"),
        [
            ({"a": [1, "é"]}, None, b'{"a": [1, "\\u00e9"]}', "application/json"),
            ("text", None, b'"text"', "application/json"),
            ("text", "application/json", b'"text"', "application/json"),
            ("text", "application/moon+json; charset=utf-8", b'"text"', "application/moon+json; charset=utf-8"),
            (17, "application/json", b"17", "application/json"),
            (False, None, b"false", "application/json"),
            ("é", "text/plain", "é".encode(), "text/plain"),
            ("é", "text/plain; charset=iso-8859-1", b"\xe9", "text/plain; charset=iso-8859-1"),
            ("<moon/>", "application/xml", b"<moon/>", "application/xml"),
            (None, None, b"", None),
            (None, "text/plain", b"", "text/plain"),
        ],
    )
    def test_data_is_json_unless_its_type_says_otherwise(
        self, data: Any, content_type: str | None, body: bytes, seen_type: str | None
    ) -> None:
        event = to_event(cloud_event(data, datacontenttype=content_type))

        assert (event.body, event.headers.get("content-type")) == (body, seen_type)
        assert "ce-datacontenttype" not in event.headers

    @pytest.mark.parametrize(("content_type", "seen_type"), [(None, "application/octet-stream"), ("a/b", "a/b")])
    def test_bytes_are_bytes(self, content_type: str | None, seen_type: str) -> None:
        event = to_event(cloud_event(None, data_base64="/wA=", datacontenttype=content_type))

        assert (event.body, event.headers["content-type"]) == (b"\xff\x00", seen_type)

    @pytest.mark.parametrize(
        "native",
        [
            cloud_event("☃", datacontenttype="text/plain; charset=iso-8859-1"),
            cloud_event("x", datacontenttype="text/plain; charset=klingon"),
            CloudEvent({"id": "1", "type": "t", "source": "s"}, {1, 2}),
        ],
        ids=["not-in-charset", "unknown-charset", "a-set"],
    )
    def test_data_that_its_type_cannot_hold_is_refused(self, native: Any) -> None:
        with pytest.raises(RefusedEvent, match="the event is not as Google documents it"):
            to_event(native)


class TestBinaryMode:
    """What came in binary mode is what the handler sees, whatever the framework made of it."""

    @pytest.mark.parametrize("body", [b"1e2", b'"text"', b'{"a":1.10}', b"\xff\0", b"", b"null"])
    def test_body_is_the_delivery_s_byte_for_byte(self, body: bytes) -> None:
        request = make_request(Request("POST", "/any", (*BINARY, ("Content-Type", "text/plain")), body))
        event = to_event(*to_arguments(request), delivery=request)

        assert (event.body, event.headers["content-type"]) == (body, "text/plain")

    def test_body_that_was_cut_short_is_refused(self) -> None:
        request = make_request(Request("POST", "/", BINARY, b"abc"), CONTENT_LENGTH="10")

        with pytest.raises(RefusedEvent, match="cut short: 3 bytes of 10"):
            to_event(*to_arguments(request), delivery=request)

    def test_attributes_are_the_delivery_s_and_other_headers_stay_behind(self) -> None:
        sent = (*BINARY, ("Ce-Subject", "full%20moon"), ("Authorization", "Bearer x"), ("X-One", "1"))
        request = make_request(Request("POST", "/", sent, b"{}"))
        event = to_event(*to_arguments(request), delivery=request)

        assert dict(event.headers) == {**dict(BINARY), "ce-subject": "full%20moon"}

    def test_event_to_a_background_function_is_a_cloud_event_all_the_same(self) -> None:
        request = make_request(Request("POST", "/", (*BINARY, ("Content-Type", "application/json")), b'{"a": 1}'))
        event = to_event(b'{"a": 1}', Context(), delivery=request)

        assert (event.headers["ce-type"], event.body) == ("moon.full", b'{"a": 1}')

    @pytest.mark.parametrize("name", ["ce-id", "ce-type", "ce-source"])
    def test_event_without_a_required_attribute_is_refused(self, name: str) -> None:
        request = make_request(Request("POST", "/", tuple(pair for pair in BINARY if pair[0] != name), b"{}"))

        with pytest.raises(RefusedEvent, match=f"has no {name[3:]}, which every CloudEvent has"):
            to_event(b"{}", Context(), delivery=request)


class TestStructuredMode:
    @pytest.mark.parametrize("body", [b"1e2", b'{"a":1.10}', b"\xff\0", b""])
    def test_bytes_are_the_delivery_s_byte_for_byte(self, body: bytes) -> None:
        request = structured({"datacontenttype": "text/plain", "data_base64": b64(body)})
        event = to_event(*to_arguments(request), delivery=request)

        assert (event.body, event.headers["content-type"]) == (body, "text/plain")

    def test_event_to_a_background_function_is_a_cloud_event_all_the_same(self) -> None:
        event = to_event({"a": 1}, Context(), delivery=structured({"data": {"a": 1}}))

        assert dict(event.headers) == {**dict(BINARY), "content-type": "application/json"}
        assert event.json() == {"a": 1}

    @pytest.mark.parametrize("message", [[], "text", *({"data_base64": one} for one in (1, "a", "!AP8="))])
    def test_message_that_is_not_one_is_refused(self, message: Any) -> None:
        with pytest.raises(RefusedEvent):
            to_event({}, Context(), delivery=structured(message))


def structured(message: Any) -> flask.Request:
    """Return the delivery of a CloudEvent in structured mode; what is no object takes its place."""
    whole = {**ATTRIBUTES, **message} if isinstance(message, dict) else message
    headers = (("Content-Type", "application/cloudevents+json"),)
    return make_request(Request("POST", "/", headers, json.dumps(whole).encode()))


class TestAttributes:
    def test_every_attribute_is_a_header(self) -> None:
        native = cloud_event(
            {}, subject="full moon", time="2024-06-12T14:00:00Z", phase=3, waning=False, dataschema="x"
        )
        event = to_event(native)

        assert dict(event.headers) == {
            **dict(BINARY),
            "ce-subject": "full%20moon",
            "ce-time": "2024-06-12T14:00:00Z",
            "ce-phase": "3",
            "ce-waning": "false",
            "ce-dataschema": "x",
            "content-type": "application/json",
        }

    @given(text=st.text(st.characters(codec="utf-8"), min_size=1))
    def test_any_text_is_a_header_value(self, text: str) -> None:
        value = to_event(cloud_event({}, subject=text)).headers["ce-subject"]

        assert value.isascii()
        assert value.isprintable()
        assert not {" ", '"'} & set(value)

    def test_trace_of_the_delivery_is_the_event_s(self) -> None:
        trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        request = make_request(Request("POST", "/", (("traceparent", trace),)))

        assert to_event(cloud_event({}), delivery=request).headers["traceparent"] == trace

    @pytest.mark.parametrize("changed", [{"id": ""}, {"source": ""}, {"type": ""}])
    def test_empty_required_attribute_is_refused(self, changed: dict[str, str]) -> None:
        with pytest.raises(RefusedEvent, match="has no"):
            to_event(cloud_event({}, **changed))

    def test_attribute_of_a_type_that_cloudevents_has_not_is_refused(self) -> None:
        with pytest.raises(RefusedEvent, match="subject is \\['full'\\], not a text"):
            to_event(cloud_event({}, subject=["full"]))


class TestBackgroundEvents:
    def test_data_is_json_and_the_context_its_attributes(self) -> None:
        event = to_event({"a": "é"}, Context("1", "2024-06-12T14:00:00Z", "moon.full", "projects/moon"))

        assert event.body == b'{"a": "\\u00e9"}'
        assert dict(event.headers) == {
            **dict(BINARY),
            "ce-source": "projects/moon",
            "ce-time": "2024-06-12T14:00:00Z",
            "content-type": "application/json",
        }

    @pytest.mark.parametrize(("data", "body"), [("text", b'"text"'), (None, b""), (b"\xff", b"\xff"), ([1], b"[1]")])
    def test_data_may_be_anything(self, data: Any, body: bytes) -> None:
        assert to_event(data, Context("1", "", "moon.full", "projects/moon")).body == body

    @pytest.mark.parametrize(
        ("context", "why"),
        [
            (Context(), "has no id and no type and no source"),
            (Context("1", "", "moon.full", ""), "has no source"),
            (Context("1", "", "moon.full", {"name": "x"}), "service"),
            (object(), "no attribute 'resource'"),
            ({"eventId": "1"}, "no attribute 'resource'"),
        ],
        ids=["empty", "no-resource", "half-a-resource", "an-object", "a-dict"],
    )
    def test_context_that_is_not_one_is_refused(self, context: Any, why: str) -> None:
        with pytest.raises(RefusedEvent, match=why):
            to_event({"a": 1}, context)


@pytest.mark.parametrize(
    "native", [None, {"a": 1}, "text", b"bytes", object()], ids=lambda native: type(native).__name__
)
def test_what_is_no_event_is_refused(native: Any) -> None:
    with pytest.raises(RefusedEvent, match="a CloudEvent is expected, or data with a context"):
        to_event(native)
