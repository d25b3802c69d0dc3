"""OpenFaaS's limits and manners over real sockets: 429, 504, streaming that arrives while it is made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.conformance import Request

from . import artifacts, http
from .processes import TIMEOUT_S, Server, python, running

SLOW = {"HANDLER": artifacts.handler_of(artifacts.SLOW), "max_inflight": "1", "exec_timeout": "20s"}


@pytest.fixture(params=["waitress", "granian"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[Server, int]]:
    """Serve the slow function, which takes one request at a time."""
    port = http.free_port()
    arguments = ("--host", "127.0.0.1", "--port", str(port), "--server", request.param)
    with running(python("platforms.openfaas", *arguments), environ=SLOW) as process:
        process.wait_for_line("serving")
        yield process, port


def test_request_over_max_inflight_is_a_429_and_not_ready(server: tuple[Server, int], tmp_path: Path) -> None:
    process, port = server
    pipe = tmp_path / "pipe"
    with ThreadPoolExecutor(1) as caller:
        first = caller.submit(http.send, Request("POST", "/", (("X-Pipe", str(pipe)),)), port)
        process.wait_for_line("waiting on")
        second = http.send(Request("POST", "/", (("X-Pipe", "never-made"), ("X-Call-Id", "call-2"))), port)
        ready = http.send(Request("GET", "/_/ready"), port)
        health = http.send(Request("GET", "/_/health"), port)
        pipe.write_text("go on")

        assert (second.status, second.header("x-openfaas-internal")) == (429, "portable")
        assert second.json()["requestId"] == "call-2"
        assert "at most 1" in second.json()["error"]
        assert (ready.status, health.status) == (429, 200)
        assert first.result(TIMEOUT_S).json() == {"told": "go on"}
    assert http.send(Request("GET", "/_/ready"), port).status == 200


def test_handler_past_the_callers_x_timeout_is_a_504(server: tuple[Server, int], tmp_path: Path) -> None:
    process, port = server
    pipe = tmp_path / "pipe"
    headers = (("X-Pipe", str(pipe)), ("X-Timeout", "50ms"), ("X-Call-Id", "call-1"))
    reply = http.send(Request("POST", "/", headers), port)
    process.wait_for_line("waiting on")
    pipe.write_text("too late")

    assert (reply.status, reply.header("x-openfaas-internal")) == (504, "portable")
    assert reply.json() == {"error": "the function took too long to answer", "requestId": "call-1"}


@pytest.mark.parametrize("name", ["waitress", "granian"])
def test_stream_arrives_while_it_is_made_and_is_closed_when_the_client_goes(name: str, tmp_path: Path) -> None:
    port = http.free_port()
    environ = {"HANDLER": "tests.functions.events.handler:handle"}
    arguments = ("--host", "127.0.0.1", "--port", str(port), "--server", name)
    with running(python("platforms.openfaas", *arguments), environ=environ) as process:
        process.wait_for_line("serving")
        connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        os.mkfifo(tmp_path / "pipe")
        connection.request("POST", "/", headers={"X-Pipe": str(tmp_path / "pipe"), "Accept": "text/event-stream"})
        reply = connection.getresponse()

        # the second event is not made before the first was read here
        assert reply.readline() == b"data: first\n"
        (tmp_path / "pipe").write_text("second")
        assert reply.readline() == b"\n"
        assert reply.readline() == b"data: second\n"
        connection.close()
        reply.close()
        process.wait_for_line("closed")


@pytest.mark.parametrize("name", ["waitress", "granian"])
def test_times_of_zero_are_no_limits(name: str) -> None:
    port = http.free_port()
    environ = {"HANDLER": artifacts.handler_of(artifacts.CONFORMANCE), "LOG_LEVEL": "CRITICAL"}
    environ |= dict.fromkeys(("read_timeout", "write_timeout", "exec_timeout", "healthcheck_interval"), "0s")
    arguments = ("--host", "127.0.0.1", "--port", str(port), "--server", name)
    with running(python("platforms.openfaas", *arguments), environ=environ) as process:
        process.wait_for_line("serving")
        body = b"x" * 300_000

        assert http.send(Request("POST", "/", (("X-Case", "text"),), body, chunked=True), port).body == body
        assert process.terminate() == 0
