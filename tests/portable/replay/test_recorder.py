"""The recording proxy: what it passes on, what it keeps, and what it says when it keeps nothing."""

from __future__ import annotations

import json
import stat
import threading
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest

from portable.replay.call_file import Expected, read
from portable.replay.recording import Seen, keep
from tests.conformance import Reply, Request
from tests.runtimes import http

from .recording import Place, recording
from .scripted import PATIENCE_S

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n"


def test_request_is_passed_on_as_it_came_but_for_the_connections_own(place: Place) -> None:
    headers = (("X-Two", "1"), ("x-two", "\xe9"), ("Connection", "X-Hop, close"), ("X-Hop", "1"), ("TE", "trailers"))
    place.send("PUT", "//a%2Fb/?c=%zz&d", headers=headers, body=b"\x00\xff")
    head, _, body = place.upstream.request().partition(b"\r\n\r\n")

    host = place.upstream.url.removeprefix("http://")
    assert head.decode("latin-1").split("\r\n") == [
        *("PUT //a%2Fb/?c=%zz&d HTTP/1.1", f"Host: {host}", "X-Two: 1", "x-two: \xe9"),
        *("Connection: close", "Content-Length: 2"),
    ]
    assert body == b"\x00\xff"


def test_reply_is_passed_on_as_it_came_but_for_the_connections_own(place: Place) -> None:
    head = b"HTTP/1.1 418 Teapot\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Hop: 1\r\nConnection: X-Hop\r\n"
    place.upstream.script = [head + b"Server: s\r\nContent-Length: 2\r\n\r\n\x00\xff"]
    reply = place.send()

    assert (reply.status, reply.body) == (418, b"\x00\xff")
    assert reply.headers == [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("server", "s"), ("content-length", "2")]


def test_call_is_kept_without_what_hops_add_and_without_secrets(place: Place) -> None:
    place.upstream.script = [
        OK + b"X-Call-Id: c/1\r\nX-A: 1\r\nContent-Type: text/plain\r\nDate: now\r\nServer: s\r\nX-Served-By: g\r\n"
        b"x-amzn-RequestId: 1\r\nSet-Cookie: a=1\r\n\r\nwell"
    ]
    headers = (("User-Agent", "t"), ("Authorization", "Bearer moon"), ("Connection", "close"))
    place.send("POST", "/a?token=moon&b=1", headers=headers, body="café".encode())
    call = place.kept()

    assert call.request == Request("POST", "/a?b=1", (("User-Agent", "t"),), "café".encode())
    assert call.expected == Expected(200, (("x-a", "1"), ("content-type", "text/plain")), b"well")
    assert call.recorded["leftOut"] == [
        *("request header Authorization", "request query token", "expected header set-cookie"),
    ]
    assert (call.recorded["callId"], call.recorded["upstream"]) == ("c/1", place.upstream.url)


def test_file_is_named_by_time_and_call_id_and_is_its_owners_alone(place: Place) -> None:
    place.upstream.script = [OK + b"X-Call-Id: ../c 1\r\n\r\nwell"]
    place.send()
    (path,) = place.folder.iterdir()

    recorded = json.loads(path.read_text())["recorded"]
    time = recorded["time"].replace("-", "").replace(":", "").replace("+0000", "Z")
    assert path.name == f"{time}-.._c_1.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    words = place.line().split()
    assert (words[:3], words[4:]) == (["POST", "/", "200"], ["ms", str(path)])


def test_secrets_are_kept_if_asked_for_and_the_platform_is_noted(tmp_path: Path) -> None:
    with recording(tmp_path, keep_secrets=True, platform="openfaas") as place:
        place.send("GET", "/?token=moon", headers=(("Cookie", "a=1"),))
        call = place.kept()

    assert call.request == Request("GET", "/?token=moon", (("Cookie", "a=1"),))
    assert (call.recorded["leftOut"], call.recorded["platform"]) == ([], "openfaas")


def test_path_of_the_upstream_stands_before_the_requests(tmp_path: Path) -> None:
    with recording(tmp_path, "/function/meditations/") as place:
        place.send("POST", "/a?b=1")

        assert place.upstream.request().startswith(b"POST /function/meditations/a?b=1 HTTP/1.1\r\n")
        assert place.kept().request.target == "/a?b=1"


def test_request_in_chunks_is_passed_on_whole_and_kept_as_one_in_chunks(place: Place) -> None:
    place.send(body=b"one two", chunked=True)

    assert place.upstream.request().endswith(b"Content-Length: 7\r\n\r\none two")
    assert place.kept().request == Request("POST", "/", (), b"one two", chunked=True)


@pytest.mark.parametrize(
    ("method", "script", "status", "body"),
    [
        ("HEAD", OK + b"\r\n", 200, b""),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nETag: 1\r\n\r\n", 304, b""),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Type: a/b\r\n\r\n", 200, b""),
        ("GET", b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n", 200, b"one"),
        ("DELETE", OK + b"\r\nwell", 200, b"well"),
    ],
)
def test_every_form_of_reply_is_passed_on_and_kept(
    place: Place, method: str, script: bytes, status: int, body: bytes
) -> None:
    place.upstream.script = [script]
    reply = place.send(method)
    expected = place.kept().expected

    assert (reply.status, reply.body) == (status, body)
    assert expected
    assert (expected.status, expected.body) == (status, body)
    assert "content-type" not in dict(expected.headers)


def test_connection_serves_one_call_after_another(place: Place) -> None:
    connection = HTTPConnection("127.0.0.1", place.port, timeout=PATIENCE_S)
    statuses = []
    for _ in range(3):
        connection.request("POST", "/", b"x")
        response = connection.getresponse()
        statuses.append((response.status, response.read()))
    connection.close()

    assert statuses == [(200, b"well")] * 3
    assert len(list(place.folder.iterdir())) == 3


def test_caller_of_http_1_0_gets_a_stream_until_the_connection_closes(place: Place) -> None:
    place.upstream.script = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n"]
    received = http.raw(b"GET / HTTP/1.0\r\n\r\n", place.port)

    assert received.endswith(b"Connection: close\r\n\r\none")


def test_stream_is_passed_on_while_it_is_made_and_kept_before_its_end_is_told(place: Place) -> None:
    go_on = threading.Event()
    chunks = b"3\r\none\r\n", b"3\r\ntwo\r\n0\r\n\r\n"
    place.upstream.script = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks[0], go_on, chunks[1]]
    connection = HTTPConnection("127.0.0.1", place.port, timeout=PATIENCE_S)
    connection.request("GET", "/")
    response = connection.getresponse()

    assert response.read(3) == b"one"
    assert list(place.folder.iterdir()) == []
    go_on.set()
    assert response.read() == b"two"
    connection.close()
    expected = place.kept().expected
    assert expected
    assert expected.body == b"onetwo"


def test_two_calls_of_one_id_at_one_time_are_two_files(tmp_path: Path) -> None:
    seen = Seen(
        Request(), Reply(200, [("x-call-id", "c1")], b"one"), datetime(2026, 6, 11, tzinfo=UTC), 1.0, "http://x"
    )
    first = keep(seen, tmp_path, keep_secrets=False)
    second = keep(seen._replace(reply=seen.reply._replace(body=b"two")), tmp_path, keep_secrets=False)

    assert first.name == "20260611T000000.000Z-c1.json"
    assert [read(path).expected.body for path in (first, second)] == [b"one", b"two"]  # type: ignore[union-attr]
