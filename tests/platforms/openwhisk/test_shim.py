"""The shim, alone and against a stand-in for OpenWhisk's controller."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platforms.contract import Context, Event, Response
from platforms.encoding import BadRequest
from platforms.openwhisk.shim import make_main, to_context, to_event
from portable.emulators import openwhisk as controller
from portable.emulators.messages import Request
from tests.platforms.openwhisk.builders import raw_args, reply_to

EVENTS = Path(__file__).parent / "events"
ENVIRON = {
    "__OW_ACTIVATION_ID": "fd89",
    "__OW_ACTION_NAME": "/guest/demo/hello",
    "__OW_DEADLINE": "1700000000500",
}


def golden(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())["event"]
    return event


class TestGoldenEvents:
    @pytest.mark.parametrize(
        ("name", "method", "raw_query", "body"),
        [
            ("plain_action", "POST", "", b'{"name": "Dorothy", "place": "Kansas"}'),
            ("web_action", "GET", "", b""),
            ("web_action_query", "GET", "name=Jane", b""),
            ("web_action_form", "POST", "", b"name=Jane"),
            ("web_action_json", "POST", "", b'{"name": "Jane"}'),
            ("web_action_text", "POST", "", b"Jane"),
            ("web_action_raw", "POST", "name=Jane", b'{"name":"Jane"}'),
        ],
    )
    def test_event_says_what_the_arguments_say(self, name: str, method: str, raw_query: str, body: bytes) -> None:
        event = to_event(golden(name), {})

        assert (event.method, event.raw_path, event.raw_query, event.body) == (method, "/", raw_query, body)
        assert (event.base_path, event.client_ip) == ("", "")

    def test_every_one_names_its_page(self) -> None:
        for path in EVENTS.iterdir():
            assert json.loads(path.read_text())["source"].startswith("https://github.com/apache/openwhisk/")


class TestMergedArguments:
    """A web action without raw-http: the controller has merged query and body."""

    @pytest.mark.parametrize(
        ("method", "content_type", "args", "raw_query", "body"),
        [
            ("delete", "application/json", {"a": "1"}, "a=1", b""),
            ("options", "", {"a": "x y&"}, "a=x+y%26", b""),
            ("get", "", {"a": ["1", 2], "b": None}, "a=%5B%221%22%2C+2%5D&b=null", b""),
            ("post", "", {"a": "1"}, "a=1", b""),
            ("put", "application/vnd.x+json", {"a": 1.5, "é": "☃"}, "", b'{"a": 1.5, "\\u00e9": "\\u2603"}'),
            (
                "patch",
                "application/x-www-form-urlencoded; charset=utf-8",
                {"a": "x y", "b": "é"},
                "",
                b"a=x+y&b=%C3%A9",
            ),
            ("post", "application/json", {"__ow_body": [1, "two"], "a": "1"}, "a=1", b'[1, "two"]'),
            ("post", "application/json", {"__ow_body": "text"}, "", b'"text"'),
            ("post", "application/json", {"__ow_body": None}, "", b"null"),
            ("post", "application/json", {}, "", b""),
            ("post", "image/png", {"__ow_body": "AP8=", "a": "1"}, "a=1", b"\x00\xff"),
            ("post", "text/plain; charset=UTF-8", {"__ow_body": "é"}, "", "é".encode()),
            ("post", "", {"__ow_body": "AP8="}, "", b"\x00\xff"),
        ],
    )
    def test_query_and_body_are_what_they_may_have_been(
        self, method: str, content_type: str, args: dict[str, Any], raw_query: str, body: bytes
    ) -> None:
        headers = {"content-type": content_type} if content_type else {}

        event = to_event({**args, "__ow_method": method, "__ow_headers": headers, "__ow_path": ""}, {})

        assert (event.raw_query, event.body) == (raw_query, body)


class TestRawArguments:
    @pytest.mark.parametrize("body", ["AP8", "AP8=\n", "A P8", "\u2603", "====", 7, ["AP8="]])
    def test_malformed_body_answers_400(self, body: Any) -> None:
        status, _, reply = reply_to("unreached", raw_args(body=body, content_type="image/png"))

        assert status == 400
        assert "__ow_body" in json.loads(reply)["error"]

    def test_malformed_path_answers_400(self) -> None:
        assert reply_to("unreached", raw_args(path="/%zz"))[0] == 400

    def test_absent_body_is_empty(self) -> None:
        assert to_event(raw_args(body=None), {}).body == b""

    @pytest.mark.parametrize(
        ("api_host", "scheme", "host"),
        [
            ("", "https", "asked.example"),
            ("https://ow.example", "https", "ow.example"),
            ("http://10.0.0.1:8080", "http", "10.0.0.1:8080"),
            ("172.17.0.1:443", "https", "172.17.0.1:443"),
        ],
    )
    def test_host_is_the_deployments_own(self, api_host: str, scheme: str, host: str) -> None:
        event = to_event(raw_args(host="asked.example"), {"__OW_API_HOST": api_host})

        assert (event.scheme, event.host) == (scheme, host)

    @settings(deadline=None)
    @given(
        method=st.sampled_from(controller.METHODS),
        path=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5)),
        query=st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.text("é=&+% a"))),
        content_type=st.sampled_from(["application/json", "image/png", "application/x-ndjson", None]),
        body=st.binary(),
    )
    def test_any_request_arrives_as_it_was_sent(
        self, method: str, path: list[str], query: list[tuple[str, str]], content_type: str | None, body: bytes
    ) -> None:
        from urllib.parse import quote, urlencode

        raw_path = "/" + "/".join(quote(part, safe="") for part in path)
        headers = (("X-A", "1"), *((("Content-Type", content_type),) if content_type else ()))

        request = Request(method, f"{raw_path}?{urlencode(query)}", headers, body)
        event = to_event(controller.to_native(request), {})

        assert (event.method, event.path, event.body) == (method, "/" + "/".join(path), body)
        assert event.headers["x-a"] == "1"
        assert {name: event.query.getlist(name) for name in event.query} == _multi(query)


def _multi(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


class TestContext:
    def test_facts_come_from_the_environment(self) -> None:
        args = raw_args()
        context = to_context(args, to_event(args, {}), ENVIRON)

        assert (context.request_id, context.function_name, context.platform) == (
            "fd89",
            "/guest/demo/hello",
            "openwhisk",
        )
        assert context.deadline == 1_700_000_000.5
        assert context.native is args

    @pytest.mark.parametrize("deadline", ["", "soon", "-1"])
    def test_absent_facts_are_made_up_or_none(self, deadline: str) -> None:
        args = raw_args()
        context = to_context(args, to_event(args, {}), {"__OW_DEADLINE": deadline})

        assert context.deadline is None
        assert len(context.request_id) == 32
        assert context.function_name == "function"

    def test_environment_is_read_at_each_call(self) -> None:
        environ: dict[str, str] = {}
        main = make_main(lambda event, context: context.remaining_seconds(), environ)
        environ["__OW_DEADLINE"] = str(int(time.time() * 1000) + 60_000)

        assert 50 < main({})["body"] <= 60


class TestPlainAction:
    @pytest.mark.parametrize("args", [{"name": "Dorothy"}, {}, ["a", 1], {"__ow_method": 7}, {"é": "\ud800"}])
    def test_arguments_are_posted_as_json(self, args: Any) -> None:
        event = to_event(args, {})

        assert (event.method, event.path, event.json()) == ("POST", "/", args)
        assert event.headers["content-type"] == "application/json"

    @pytest.mark.parametrize(
        ("result", "expected"),
        [
            ({"a": 1}, {"a": 1}),
            ([1, "two"], [1, "two"]),
            ("é", {"body": "é"}),
            (42, {"body": 42}),
            (True, {"body": True}),
            (None, {}),
            (b"text", {"body": "text"}),
            (b"\x00\xff", {"body": "AP8=", "isBase64Encoded": True}),
            (({"made": True}, 201), {"made": True}),
            (({"why": "moon"}, 422), {"error": {"statusCode": 422, "body": {"why": "moon"}}}),
            (("gone", 410), {"error": {"statusCode": 410, "body": "gone"}}),
            (iter(["one ", "two"]), {"body": "one two"}),
            (Response(b"{", 200, {"Content-Type": "application/json"}), {"body": "ew==", "isBase64Encoded": True}),
        ],
    )
    def test_result_is_an_object_or_array(self, result: Any, expected: Any) -> None:
        assert make_main(lambda event, context: result, {})({"a": 1}) == expected

    def test_result_over_1_mb_is_an_error(self) -> None:
        result = make_main(lambda event, context: "x" * 2**20, {})({})

        assert result["error"]["statusCode"] == 500
        assert "1 MB" in result["error"]["body"]["error"]

    @pytest.mark.parametrize("error", [ZeroDivisionError("secret"), BadRequest("the moon is wrong")])
    def test_exception_goes_on_to_openwhisk(self, error: Exception) -> None:
        def handle(event: Event, context: Context) -> None:
            raise error

        with pytest.raises(type(error)):
            make_main(handle, {})({})

    def test_stream_that_fails_goes_on_to_openwhisk_and_is_closed(self) -> None:
        closed = []

        def chunks() -> Iterator[str]:
            try:
                yield "one"
                raise ZeroDivisionError
            finally:
                closed.append(True)

        with pytest.raises(ZeroDivisionError):
            make_main(lambda event, context: chunks(), {})({})
        assert closed
