"""A test's client: what it sends and what it gets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from platforms.contract import Context, Event, Response
from portable.emulators.errors import Broken, Unavailable
from portable.emulators.registry import EMULATORS
from portable.testing import Client


def seen(event: Event, context: Context) -> dict[str, Any]:
    """Tell what a handler sees."""
    return {
        "method": event.method,
        "path": event.path,
        "query": {name: event.query.getlist(name) for name in event.query},
        "type": event.headers.get("content-type", ""),
        "body": event.body.decode(),
        "cookies": dict(event.cookies),
        "x": event.headers.get("x-y", ""),
        "by": context.platform,
    }


@pytest.mark.parametrize("platform", EMULATORS)
def test_request_reaches_the_handler_through_every_platform(platform: str) -> None:
    client = Client(seen, platform=platform)

    reply = client.put("/a b/ü", params={"x": 1, "y": "a&b"}, headers={"X-Y": "z"}, cookies={"c": "d"}, json=[1])

    assert (reply.status, reply.platform) == (200, platform)
    assert reply.json() == {
        "method": "PUT",
        "path": "/a b/ü",
        "query": {"x": ["1"], "y": ["a&b"]},
        "type": "application/json",
        "body": "[1]",
        "cookies": {"c": "d"},
        "x": "z",
        "by": platform.partition(":")[0],
    }


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_method_is_the_names(method: str) -> None:
    assert getattr(Client(seen), method)("/x").json()["method"] == method.upper()


def test_head_has_no_body() -> None:
    reply = Client(seen).head("/x")

    assert (reply.status, reply.body) == (200, b"")


@pytest.mark.parametrize(
    ("sent", "content_type", "body"),
    [
        ({"json": {"a": "ü"}}, "application/json", '{"a": "\\u00fc"}'),
        ({"data": {"a": ["1", "2"], "b": "c d"}}, "application/x-www-form-urlencoded", "a=1&a=2&b=c+d"),
        ({"content": "ü"}, "text/plain; charset=utf-8", "ü"),
        ({"content": b"raw"}, "", "raw"),
        ({"data": b"raw"}, "", "raw"),
        ({"content": "<a/>", "headers": {"content-type": "text/xml"}}, "text/xml", "<a/>"),
        ({}, "", ""),
    ],
    ids=str,
)
def test_body_has_the_type_of_what_it_is_given_as(sent: dict[str, Any], content_type: str, body: str) -> None:
    told = Client(seen).post("/", **sent).json()

    assert (told["type"], told["body"]) == (content_type, body)


def test_two_bodies_are_refused() -> None:
    with pytest.raises(TypeError, match="a request has one body, and json and content are given"):
        Client(seen).post("/", json={}, content=b"x")


def test_argument_that_there_is_not_is_refused_with_those_that_are() -> None:
    with pytest.raises(TypeError, match="a request has no query: it takes params, headers, "):
        Client(seen).get("/", query={})  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("path", "path_seen", "query"),
    [
        ("x", "/x", {}),
        ("", "/", {}),
        ("/a%2Fb?x=1", "/a/b", {"x": ["1"], "y": ["2", "3"]}),
        ("/a", "/a", {"y": ["2", "3"]}),
    ],
)
def test_path_may_have_escapes_and_a_query(path: str, path_seen: str, query: dict[str, list[str]]) -> None:
    told = Client(seen).get(path, params={"y": [2, 3]} if "y" in query else {}).json()

    assert (told["path"], told["query"]) == (path_seen, query)


def test_reply_has_headers_cookies_and_text() -> None:
    def handle(event: Event, context: Context) -> Response:
        headers = [
            ("X-Many", "1"),
            ("X-Many", "2"),
            ("Set-Cookie", "a=b; Path=/"),
            ("Content-Type", "text/plain; charset=latin-1"),
        ]
        return Response("ü".encode("latin-1"), 201, headers)

    reply = Client(handle).get()

    assert (reply.status, reply.text, reply.body) == (201, "ü", b"\xfc")
    assert reply.headers["X-MANY"] == "1, 2"
    assert reply.headers.getlist("x-many") == ["1", "2"]
    assert reply.cookies == {"a": "b"}


def test_reply_that_is_no_json_is_shown() -> None:
    with pytest.raises(ValueError, match=r"<200 on wsgi: 'plain'> is not JSON"):
        Client(lambda event, context: "plain").get().json()


def test_reply_shows_its_status_platform_and_the_beginning_of_its_body() -> None:
    reply = Client(lambda event, context: ("x" * 1000, 404)).get()

    assert repr(reply) == f"<404 on wsgi: '{'x' * 300}...'>"


def test_handler_that_raises_is_a_500_with_the_traceback_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def handle(event: Event, context: Context) -> None:
        raise ZeroDivisionError("by hand")

    reply = Client(handle).get()

    assert (reply.status, reply.json()["error"]) == (500, "internal error")
    assert "ZeroDivisionError: by hand" in caplog.text


def test_platform_that_refuses_a_request_answers_in_the_functions_place() -> None:
    reply = Client(seen, platform="openwhisk").post("/", content=b"x" * (2**20 + 1))

    assert reply.status == 413
    assert "no function is called: 413: the request is over 1 MB" in reply.note
    assert "no function is called" in repr(reply)


def test_stream_that_breaks_is_raised() -> None:
    def handle(event: Event, context: Context) -> Any:
        yield b"a"
        raise ZeroDivisionError

    with pytest.raises(Broken):
        Client(handle).get()


def test_async_handler_is_called() -> None:
    async def handle(event: Event, context: Context) -> str:
        return event.path

    assert Client(handle).get("/async").text == "/async"


@pytest.mark.parametrize("platform", ["lambda", "all"])
def test_platform_that_is_not_one_is_refused(platform: str) -> None:
    with pytest.raises(Unavailable):
        Client(seen, platform=platform)


def test_json_that_is_not_ascii_arrives() -> None:
    assert json.loads(Client(seen).post(json={"ü": "ß"}).json()["body"]) == {"ü": "ß"}
