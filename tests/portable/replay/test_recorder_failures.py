"""What the recording proxy does not keep, and what it refuses: each is told."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

import pytest

from portable.replay.errors import ReplayError
from portable.replay.recorder import LIMIT_BYTES, Recorder, Recording
from portable.replay.upstream import upstream
from tests.conformance import Broken, Request
from tests.runtimes import http

from .recording import Place, proxy
from .scripted import PATIENCE_S

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n"


@pytest.mark.parametrize(
    "script",
    [OK + b"\r\nwe", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\nt"],
    ids=["length", "chunks"],
)
def test_reply_that_breaks_off_breaks_off_for_the_caller_and_is_not_kept(place: Place, script: bytes) -> None:
    place.upstream.script = [script]
    with pytest.raises(Broken):
        place.send()

    assert "POST / not recorded: the reply broke off" in place.line()
    assert list(place.folder.iterdir()) == []


def test_caller_that_goes_away_is_told_of_and_the_call_is_not_kept(place: Place) -> None:
    gone, head = threading.Event(), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n"
    place.upstream.script = [head, gone, *[b"10000\r\n" + b"x" * 65536 + b"\r\n"] * 400, b"0\r\n\r\n"]
    with socket.create_connection(("127.0.0.1", place.port), PATIENCE_S) as connection:
        connection.sendall(b"GET /?token=moon HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(10)
    gone.set()

    assert place.line() == "GET / not recorded: the caller went away"


def test_reply_that_is_too_large_is_passed_on_and_not_kept(place: Place) -> None:
    place.upstream.script = [
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (LIMIT_BYTES + 1),
        b"x" * (LIMIT_BYTES + 1),
    ]
    reply = place.send()

    assert len(reply.body) == LIMIT_BYTES + 1
    assert place.line() == "POST / 200 not recorded: the reply is over 10 MB"
    assert list(place.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("sent", "status", "why"),
    [
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (LIMIT_BYTES + 1), b"413", "over 10 MB: not passed on"),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400", "Bad Request"),
        (b"GET http://other.example/ HTTP/1.1\r\n\r\n", b"400", "'http://other.example/' is no path"),
        (b"OPTIONS * HTTP/1.1\r\n\r\n", b"400", "'*' is no path"),
        (b"GET /\xe9 HTTP/1.1\r\n\r\n", b"400", "is no path"),
    ],
)
def test_request_that_cannot_be_recorded_is_refused(place: Place, sent: bytes, status: bytes, why: str) -> None:
    received = http.raw(sent, place.port)

    assert received.startswith(b"HTTP/1.1 " + status)
    assert why in json.loads(received.partition(b"\r\n\r\n")[2])["error"]
    line = place.line()
    assert f" {status.decode()} not recorded: " in line
    assert why in line
    assert list(place.folder.iterdir()) == []


def test_server_that_does_not_answer_is_a_502_that_says_so(tmp_path: Path) -> None:
    port = http.free_port()
    with proxy(Recording(upstream(f"http://127.0.0.1:{port}"), tmp_path, lambda line: None)) as own_port:
        reply = http.send(Request("POST"), own_port)

    assert reply.status == 502
    assert reply.json()["error"].startswith(f"http://127.0.0.1:{port} does not answer: ")


def test_call_that_cannot_be_written_is_answered_and_told(place: Place) -> None:
    place.folder.rmdir()

    assert place.send().body == b"well"
    assert f"200 not recorded: cannot write to {place.folder}: No such file" in place.line()


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:8080", "ftp://x.example", "http://", "http://u:p@x.example", "http://x.example/?a", "http://x:99999"],
)
def test_upstream_that_is_no_servers_address_is_refused(url: str) -> None:
    with pytest.raises(ReplayError, match="it takes one such as http"):
        upstream(url)


def test_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ReplayError, match=f"cannot listen on 127.0.0.1:{port}: .*; choose another --port"):
            Recorder(port, Recording(upstream("http://127.0.0.1:1"), tmp_path, print))
