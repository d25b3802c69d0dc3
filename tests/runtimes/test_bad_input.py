"""Bytes that are not the HTTP they should be: a clear 4xx, never a hang, a traceback or another request's data."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.conformance import Request
from tests.functions.conformance.handler import ALL_BYTES

from . import http
from .artifacts import CONFORMANCE
from .drivers import quiet
from .processes import Server, python, running

END = b"Host: x\r\nConnection: close\r\n"
BAD = {
    "no-http": b"rubbish\r\n\r\n",
    "malformed-chunk-size": b"POST / HTTP/1.1\r\n" + END + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "malformed-second-chunk": b"POST / HTTP/1.1\r\n" + END + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n!\r\nx",
    "two-lengths": b"POST / HTTP/1.1\r\n" + END + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "length-not-a-number": b"POST / HTTP/1.1\r\n" + END + b"Content-Length: three\r\n\r\nabc",
    "length-negative": b"POST / HTTP/1.1\r\n" + END + b"Content-Length: -3\r\n\r\nabc",
    "header-without-colon": b"GET / HTTP/1.1\r\n" + END + b"rubbish\r\n\r\n",
    "header-name-with-blank": b"GET / HTTP/1.1\r\n" + END + b"X A: 1\r\n\r\n",
    "path-malformed-escape": b"POST /%zz HTTP/1.1\r\n" + END + b"Content-Length: 0\r\n\r\n",
    "header-over-long": b"GET / HTTP/1.1\r\n" + END + b"X-Long: " + b"x" * 2**20 + b"\r\n\r\n",
}


@pytest.fixture(scope="module", params=["waitress", "granian"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[Server, int]]:
    """Serve the conformance function with each server."""
    port = http.free_port()
    command = python("platforms.wsgi", "--port", str(port), "--server", request.param, "--max-body-mb", "6")
    with running(command, environ=quiet(CONFORMANCE)) as process:
        process.wait_for_line("serving")
        yield process, port


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_malformed_request_is_a_4xx_and_the_next_one_is_answered(data: bytes, server: tuple[Server, int]) -> None:
    process, port = server
    reply = http.raw(data, port)

    assert reply.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), reply[:200]
    assert b"Traceback" not in reply
    assert http.send(Request("POST", "/", (("X-Case", "text"),), b"mine"), port).body == b"mine"
    assert not any("Traceback" in line for line in process.output)


def test_body_over_the_limit_is_a_413(server: tuple[Server, int]) -> None:
    _, port = server
    request = Request("POST", "/", (("X-Case", "echo"),), ALL_BYTES * 4096 * 7, chunked=True)
    data = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 7340032\r\n\r\n" + request.body

    assert b" 413 " in http.raw(data, port).split(b"\r\n")[0]


def test_body_cut_short_reaches_no_handler(server: tuple[Server, int]) -> None:
    _, port = server
    data = b"POST / HTTP/1.1\r\nHost: x\r\nX-Case: echo\r\nContent-Length: 100\r\n\r\nonly this"
    reply = http.raw(data, port, then_nothing=True)

    assert b"200 OK" not in reply


def test_two_requests_on_one_connection_do_not_mix(server: tuple[Server, int]) -> None:
    _, port = server
    one = b"POST / HTTP/1.1\r\nHost: x\r\nX-Case: text\r\nContent-Length: 3\r\n\r\none"
    two = b"POST / HTTP/1.1\r\nHost: x\r\nX-Case: text\r\nConnection: close\r\nContent-Length: 3\r\n\r\ntwo"
    reply = http.raw(one + two, port)

    assert reply.count(b"HTTP/1.1 200") == 2
    assert reply.index(b"one") < reply.index(b"two")


def test_request_id_of_the_caller_is_the_one_in_an_error(server: tuple[Server, int]) -> None:
    _, port = server
    reply = http.send(Request("POST", "/", (("X-Case", "raise"), ("X-Request-Id", "mine-1"))), port)

    assert json.loads(reply.body) == {"error": "internal error", "requestId": "mine-1"}


def test_body_that_never_comes_is_given_up() -> None:
    """The answer of granian is a 408 after read_timeout; waitress closes the connection."""
    for name, answer in (("granian", b"HTTP/1.1 408"), ("waitress", b"")):
        port = http.free_port()
        command = python("platforms.openfaas", "--host", "127.0.0.1", "--port", str(port), "--server", name)
        with running(command, environ={**quiet(CONFORMANCE), "read_timeout": "1s"}) as process:
            process.wait_for_line("serving")

            assert http.raw(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nonly", port)[:12] == answer
