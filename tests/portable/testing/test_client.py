"""A test's client: what it sends, what it gets, and whose function and variables it takes."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from platforms.contract import Context, Event, Response
from platforms.invoke import InvocationFailed
from platforms.loading import HandlerError
from portable.deploying.errors import BadSettings
from portable.emulators.errors import Broken, Unavailable, Undeliverable
from portable.emulators.registry import EMULATORS
from portable.testing import Client

from .conftest import write_function, write_project


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


def test_function_is_found_by_its_name_from_the_tests_folder_upwards(tmp_path: Path) -> None:
    write_project(tmp_path)
    client = _client_of_a_test_in(tmp_path / "hello" / "tests", "hello")

    assert client.get("/", params={"name": "Ada"}).json() == {"said": "hello Ada", "by": "wsgi"}


def test_function_may_be_a_folder_seen_from_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_function(tmp_path / "hello")
    monkeypatch.setenv("GREETING", "hi")

    assert _client_of_a_test_in(tmp_path / "tests", "../hello").get().json()["said"] == "hi you"
    assert Client(tmp_path / "hello").get().json()["said"] == "hi you"


def test_function_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    write_project(tmp_path)

    with pytest.raises(BadSettings, match=r"no function and no folder 'helo': .*stack.yml has hello"):
        _client_of_a_test_in(tmp_path, "helo")


def test_variables_of_the_stack_file_hold_while_the_function_is_called(tmp_path: Path) -> None:
    write_project(tmp_path)

    assert _client_of_a_test_in(tmp_path, "hello").get().json()["said"] == "hello you"
    assert "GREETING" not in os.environ


def test_variable_that_a_test_sets_goes_before_the_stack_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    client = _client_of_a_test_in(tmp_path, "hello")
    monkeypatch.setenv("GREETING", "hi")

    assert client.get().json()["said"] == "hi you"
    assert os.environ["GREETING"] == "hi"


def test_function_that_cannot_be_loaded_is_told_when_it_is_called(tmp_path: Path) -> None:
    write_function(tmp_path / "hello")
    (tmp_path / "hello" / "handler.py").write_text("import no_such_module\n")
    client = Client(tmp_path / "hello")

    with pytest.raises(HandlerError, match=r"handler.py:1: ModuleNotFoundError: No module named 'no_such_module'"):
        client.get()


def test_clients_of_one_function_share_its_modules_and_two_functions_do_not(tmp_path: Path) -> None:
    counting = "calls = []\ndef handle(event, context):\n    calls.append(1)\n    return len(calls)\n"
    for name in ("hello", "other"):
        write_function(tmp_path / name)
        (tmp_path / name / "handler.py").write_text(counting)

    assert [Client(tmp_path / "hello").get().json() for _ in range(2)] == [1, 2]
    assert Client(tmp_path / "other").get().json() == 1


def test_calls_that_overlap_have_the_variables_to_their_end(tmp_path: Path) -> None:
    write_project(tmp_path)
    (tmp_path / "hello" / "handler.py").write_text(
        """
import os, threading
both, first_is_done = threading.Barrier(2, timeout=60), threading.Event()

def handle(event, context):
    if event.path == "/done":
        first_is_done.set()
        return "done"
    both.wait()
    if event.path == "/last":
        assert first_is_done.wait(60)
    return os.environ["GREETING"]
"""
    )
    client = _client_of_a_test_in(tmp_path, "hello")
    with ThreadPoolExecutor(2) as threads:
        last = threads.submit(client.get, "/last")
        assert threads.submit(client.get, "/first").result().text == "hello"
        client.get("/done")

        assert last.result().text == "hello"
    assert "GREETING" not in os.environ


def test_secret_of_a_test_is_not_kept_for_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_function(tmp_path / "hello")
    (tmp_path / "hello" / "handler.py").write_text("def handle(event, context):\n    return context.secret('key')\n")
    client = Client(tmp_path / "hello")
    for value in ("first", "second"):
        monkeypatch.setenv("KEY", value)

        assert client.get().text == value


def test_import_that_fails_elsewhere_is_refused(tmp_path: Path) -> None:
    write_function(tmp_path / "hello")
    (tmp_path / "hello" / "handler.py").write_text("from hello import words\ndef handle(event, context):\n    pass\n")

    with pytest.raises(BadSettings, match=r"handler.py:1: .*from hello import words"):
        Client(tmp_path / "hello").get()


def test_json_that_is_not_ascii_arrives() -> None:
    assert json.loads(Client(seen).post(json={"ü": "ß"}).json()["body"]) == {"ü": "ß"}


def test_event_is_a_sample_a_value_or_a_file(tmp_path: Path) -> None:
    write_function(tmp_path / "hello")
    (tmp_path / "hello" / "handler.py").write_text("def handle(event, context):\n    return event.json()\n")
    (tmp_path / "hello" / "sent.json").write_text('{"moon": "full"}')
    client = Client(tmp_path / "hello", platform="openwhisk")

    assert client.event("cloudevent", {"moon": "new"}) == {"moon": "new"}
    assert client.event({"moon": "half"}) == {"moon": "half"}
    assert client.event("sent.json") == {"moon": "full"}
    assert client.event(tmp_path / "hello" / "sent.json") == {"moon": "full"}


@pytest.mark.parametrize(
    ("event", "data", "why"),
    [
        ("sent.json", None, r"'sent.json' is neither a file in .* nor a sample: those are sqs, "),
        ({"moon": "full"}, 1, "data is for a sample"),
        ("conftest.py", None, "conftest.py is no JSON"),
    ],
)
def test_event_that_is_none_is_refused(event: Any, data: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Client(seen).event(event, data)


def test_event_that_fails_is_raised_as_its_platform_sees_it() -> None:
    def handle(event: Event, context: Context) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Client(handle, platform="aws_lambda").event("sqs")
    with pytest.raises(InvocationFailed):
        Client(handle, platform="wsgi").event("cloudevent")


def test_event_that_the_platform_does_not_send_is_told() -> None:
    with pytest.raises(Undeliverable, match="sqs comes from aws_lambda alone, not from wsgi"):
        Client(seen).event("sqs")


def _client_of_a_test_in(folder: Path, name: str) -> Client:
    """Return the client that a test module in a folder makes."""
    names: dict[str, Any] = {"__file__": str(folder / "test_it.py"), "Client": Client}
    exec(f"client = Client({name!r})", names)
    made: Client = names["client"]
    return made
