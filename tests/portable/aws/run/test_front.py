"""The HTTP server and the doors, with a function that is none: what callers get, and what is said of each request."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import replace
from queue import SimpleQueue
from typing import Any

import pytest

from portable.aws.run.front import Front
from portable.deploying.errors import BadSettings
from portable.emulators.aws_lambda.doors import DOORS
from portable.emulators.aws_lambda.exchange import Exchange
from portable.emulators.aws_lambda.runtime import Outcome
from portable.emulators.aws_lambda.runtime_api import Invocation
from tests.conformance import Broken, Reply, Request
from tests.portable.aws.targets import NAMES
from tests.runtimes import http

SPEC: dict[str, Any] = {"paths": {"/": {"get": {}, "post": {}, "head": {}}, "/items/{id}": {"put": {}}}}
PATIENCE_S = 30.0
GONE = {"errorType": "Runtime.ExitError", "errorMessage": "gone"}


class Function:
    """What is invoked: it keeps the events, and gives what it is told to; None is no result, ever."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.outcome: Outcome | None = Outcome(b'{"statusCode": 200, "body": "well"}')
        self.is_broken = False

    def submit(self, invocation: Invocation) -> Future[Outcome]:
        if self.is_broken:
            raise LookupError("a defect of ours")
        self.events.append(json.loads(invocation.event))
        future: Future[Outcome] = Future()
        if self.outcome is not None:
            future.set_result(self.outcome)
        return future


class Place:
    """A running front and its function."""

    def __init__(self, port: int, function: Function, lines: SimpleQueue[str]) -> None:
        self.port = port
        self.function = function
        self._lines = lines

    def send(
        self, method: str = "GET", target: str = "/", headers: Mapping[str, str] | None = None, **sent: Any
    ) -> Reply:
        return http.send(Request(method, target, tuple((headers or {}).items()), **sent), self.port)

    def line(self) -> str:
        """Return the next line that was said."""
        return self._lines.get(timeout=PATIENCE_S)


Serve = Callable[..., Place]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Give what starts a front of one door."""
    with ExitStack() as stack:

        def start(door: str, **limits: Any) -> Place:
            function, lines = Function(), SimpleQueue[str]()
            exchange = Exchange(replace(DOORS[door], **limits), SPEC, NAMES, function)
            front = stack.enter_context(Front(0, exchange, lines.put))
            threading.Thread(target=front.serve_forever, args=(0.01,), daemon=True).start()
            stack.callback(front.shutdown)
            return Place(front.server_address[1], function, lines)

        yield start


@pytest.mark.parametrize("door", DOORS)
def test_a_request_is_answered_by_the_function_and_told_in_one_line(serve: Serve, door: str) -> None:
    place = serve(door)
    reply = place.send(target="/?a=1")

    assert (reply.status, reply.body) == (200, b"well")
    words = place.line().split()
    assert words[:3] == ["GET", "/?a=1", "200"]
    assert words[5] == "warm"
    assert words[6] == reply.header("x-amzn-requestid")


def test_a_cold_start_is_told(serve: Serve) -> None:
    place = serve("rest")
    place.function.outcome = Outcome(b'{"statusCode": 200}', cold=True)
    place.send()

    assert " cold " in place.line()


@pytest.mark.parametrize(
    ("method", "target"), [("GET", "/other"), ("DELETE", "/"), ("GET", "/items/1"), ("PUT", "/items")]
)
def test_rest_knows_only_the_paths_and_methods_of_the_spec(serve: Serve, method: str, target: str) -> None:
    place = serve("rest")
    reply = place.send(method, target)

    assert (reply.status, reply.json()) == (403, {"message": "Missing Authentication Token"})
    assert place.function.events == []
    assert place.line().endswith("  openapi.json has no such path and method")


@pytest.mark.parametrize("door", ["http", "url"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_doors_send_every_path_and_method_on(serve: Serve, door: str, method: str) -> None:
    place = serve(door)

    assert place.send(method, "/any/thing").status == 200
    assert place.function.events[0]["requestContext"]["http"]["method"] == method


@pytest.mark.parametrize(
    ("door", "status", "body"),
    [
        ("rest", 502, b'{"message": "Internal server error"}'),
        ("http", 500, b'{"message": "Internal Server Error"}'),
        ("url", 502, b"Internal Server Error"),
    ],
)
def test_a_function_that_failed_is_answered_without_a_word_of_why_and_the_line_has_it(
    serve: Serve, door: str, status: int, body: bytes
) -> None:
    place = serve(door)
    place.function.outcome = Outcome(json.dumps(GONE).encode(), failed=True)
    reply = place.send()

    assert (reply.status, reply.body) == (status, body)
    assert place.line().endswith("  Runtime.ExitError: gone")


def test_a_malformed_reply_is_a_502_and_the_line_says_what_is_wrong(serve: Serve) -> None:
    place = serve("rest")
    place.function.outcome = Outcome(b'{"statusCode": 200, "cookies": []}')

    assert place.send().status == 502
    assert "malformed reply: key 'cookies'" in place.line()


@pytest.mark.parametrize(
    ("door", "status", "text"), [("rest", 504, "Endpoint request timed out"), ("http", 503, "Service Unavailable")]
)
def test_a_door_waits_no_longer_than_its_own_limit(serve: Serve, door: str, status: int, text: str) -> None:
    place = serve(door, limit_s=0.01)
    place.function.outcome = None
    reply = place.send()

    assert (reply.status, reply.json()) == (status, {"message": text})
    assert "no result in 0.01 s" in place.line()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_door_s_limit_is_a_413_and_not_sent_on(serve: Serve, door: str, *, chunked: bool) -> None:
    place = serve(door, limit_bytes=1000)
    at_limit = place.send("POST", body=b"x" * 1000, chunked=chunked)
    over = place.send("POST", body=b"x" * 1001, chunked=chunked)

    assert (at_limit.status, over.status) == (200, 413)
    assert len(place.function.events) == 1


def test_an_event_over_lambda_s_limit_is_a_413(serve: Serve) -> None:
    place = serve("rest")

    assert place.send("POST", body=b"x" * 5 * 2**20).status == 413
    assert "Lambda takes 6 MB" in place.line()


def test_a_chunked_body_arrives_whole_whatever_its_extensions_and_trailers(serve: Serve) -> None:
    place = serve("http")
    data = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
    data += b"Content-Type: text/plain\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"

    assert b" 200 " in http.raw(data, place.port)
    assert place.function.events[0]["body"] == "abcde"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"Content-Length: three\r\n\r\nabc",
        b"Content-Length: -3\r\n\r\nabc",
        b"Content-Length: 9\r\n\r\nabc",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\na",
        b"Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    ],
)
def test_a_body_whose_end_cannot_be_known_is_a_400(serve: Serve, head: bytes) -> None:
    place = serve("http")
    reply = http.raw(b"POST / HTTP/1.1\r\nHost: x\r\n" + head, place.port, then_nothing=True)

    assert b" 400 " in reply.partition(b"\r\n")[0]
    assert place.function.events == []
    assert " 400 " in place.line()


@pytest.mark.parametrize(
    ("data", "status"), [(b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", b"501"), (b"rubbish\r\n\r\n", b"400")]
)
def test_what_no_door_knows_is_refused_without_noise(
    serve: Serve, data: bytes, status: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    place = serve("http")

    assert status in http.raw(data, place.port, then_nothing=True)
    assert place.function.events == []
    assert capfd.readouterr().err == ""


def test_slashes_reach_the_function_as_they_were_sent(serve: Serve) -> None:
    place = serve("url")
    place.send(target="//a//b/")

    assert place.function.events[0]["rawPath"] == "//a//b/"


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_a_reply_that_may_have_no_body_has_none_and_the_connection_goes_on(
    serve: Serve, method: str, status: int
) -> None:
    place = serve("http")
    place.function.outcome = Outcome(json.dumps({"statusCode": status, "body": "lost"}).encode())
    request = f"{method} / HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    both = http.raw(request + request, place.port, then_nothing=True)

    assert both.count(f"HTTP/1.1 {status} ".encode()) == 2
    assert b"lost" not in both


@pytest.mark.parametrize(("method", "length"), [("GET", "4"), ("HEAD", "9")])
def test_a_length_that_the_function_gives_counts_for_head_alone(serve: Serve, method: str, length: str) -> None:
    place = serve("http")
    place.function.outcome = Outcome(b'{"statusCode": 200, "headers": {"Content-Length": "9"}, "body": "well"}')

    assert place.send(method).header("content-length") == length


def test_a_caller_that_goes_away_disturbs_nothing(serve: Serve, capfd: pytest.CaptureFixture[str]) -> None:
    place = serve("http")
    with socket.create_connection(("127.0.0.1", place.port), PATIENCE_S) as caller:
        # closed with a reset
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        caller.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")

    assert place.send().status == 200
    assert "Traceback" not in capfd.readouterr().err


def test_a_defect_shows_and_does_not_end_the_server(serve: Serve, capfd: pytest.CaptureFixture[str]) -> None:
    place = serve("http")
    place.function.is_broken = True
    with pytest.raises(Broken):
        place.send()
    place.function.is_broken = False

    assert "LookupError: a defect of ours" in capfd.readouterr().err
    assert place.send().status == 200


def test_a_port_that_is_taken_is_one_line() -> None:
    exchange = Exchange(DOORS["rest"], SPEC, NAMES, Function())
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(BadSettings) as error:
        Front(taken.getsockname()[1], exchange, print)

    assert "cannot listen on 127.0.0.1:" in str(error.value)
    assert str(error.value).endswith("choose another --port")
