"""Which function is called, and what of the request and the reply reaches the other side."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from portable.gateway import VERSION

from ..peers import on_loop
from ..peers.client import ask, connected, request
from ..peers.running import endpoint, function_of, gateway
from ..peers.upstream import answers, replica, sends

TEXT = "Content-Type: text/plain"
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "M-SEARCH", "PURGE"]


class TestRoute:
    @pytest.mark.parametrize(
        ("target", "sent"),
        [
            ("/function/echo", "/"),
            ("/function/echo/", "/"),
            ("/function/echo?a=b&a=c", "/?a=b&a=c"),
            ("/function/echo?", "/?"),
            ("/function/echo.openfaas-fn/a", "/a"),
            ("/function/echo/a%2Fb/%zz//../c;d=e?q=%20+%26&x", "/a%2Fb/%zz//../c;d=e?q=%20+%26&x"),
            ("/function/echo/a?b?c#d", "/a?b?c#d"),
        ],
    )
    @on_loop
    async def test_path_and_query_reach_the_function_as_they_were_sent(self, target: str, sent: str) -> None:
        async with replica(answers()) as upstream, gateway(upstream.port) as it:
            assert (await ask(it.port, "GET", target)).status == 200
            assert upstream.requests[0].line == f"GET {sent} HTTP/1.1"

    @pytest.mark.parametrize("method", METHODS)
    @on_loop
    async def test_method_reaches_the_function(self, method: str) -> None:
        async with replica(answers()) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            for _ in range(2):
                reply = await client.ask(method, "/function/echo")
                assert reply.body == (b"" if method == "HEAD" else b"hello")
                assert reply.header("content-length") == "5"

            assert [one.line for one in upstream.requests] == [f"{method} / HTTP/1.1"] * 2
            assert (await it.call()).method == method

    @pytest.mark.parametrize("name", ["ech", "echo.elsewhere", "echo.", ".echo", "..", "a" * 254])
    @on_loop
    async def test_unknown_function_is_a_404_that_is_not_recorded(self, name: str) -> None:
        async with gateway() as it:
            reply = await ask(it.port, "GET", f"/function/{name}")

            assert reply.status == 404
            assert "not deployed" in reply.text
            assert reply.header("x-openfaas-internal") == "proxy"
            assert not it.calls

    @pytest.mark.parametrize("path", ["", "a%20b", "a:b", "a" * 255, "%65cho"])
    @on_loop
    async def test_what_cannot_name_a_function_is_no_page(self, path: str) -> None:
        async with gateway() as it:
            reply = await ask(it.port, "GET", f"/function/{path}")

            assert (reply.status, reply.text) == (404, "404 page not found\n")
            assert reply.header("x-content-type-options") == "nosniff"

    @on_loop
    async def test_function_deployed_again_is_the_new_one(self) -> None:
        async with replica(answers(b"old")) as old, replica(answers(b"new")) as new, gateway(old.port) as it:
            first = await ask(it.port, "GET", "/function/echo")
            del it.router.functions[it.function.name]
            gone = await ask(it.port, "GET", "/function/echo")
            it.router.functions[it.function.name] = again = function_of()
            again.set_endpoints([endpoint(again, new.port)])
            last = await ask(it.port, "GET", "/function/echo")
            again.endpoints[0].close()
            it.function.endpoints[0].close()

            assert (first.body, gone.status, last.body) == (b"old", 404, b"new")

    @on_loop
    async def test_health_is_answered(self) -> None:
        async with gateway() as it:
            reply = await ask(it.port, "GET", "/healthz?a=b")
            refused = await ask(it.port, "POST", "/healthz")

            assert (reply.status, reply.text) == (200, "OK")
            assert (refused.status, refused.header("allow")) == (405, "GET, HEAD")


class TestRequestHeaders:
    @on_loop
    async def test_headers_of_the_call_are_added(self) -> None:
        async with replica(answers()) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            before_ns = time.time_ns()
            reply = await client.ask("GET", "/function/echo")
            seen = upstream.requests[0]
            host, port = client.writer.get_extra_info("sockname")

            assert re.fullmatch(
                r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", seen.header("x-call-id") or ""
            )
            assert before_ns <= int(seen.header("x-start-time") or "") <= time.time_ns()
            assert seen.header("x-forwarded-for") == f"{host}:{port}"
            assert seen.header("x-forwarded-host") == "gateway.example"
            assert seen.header("host") == f"127.0.0.1:{upstream.port}"
            assert reply.header("x-call-id") == seen.header("x-call-id")
            assert reply.header("x-start-time") == seen.header("x-start-time")
            assert reply.header("x-served-by") == f"portable-gateway/{VERSION}"
            assert (await it.call()).call_id == seen.header("x-call-id")

    @on_loop
    async def test_headers_that_are_given_are_kept(self) -> None:
        lines = (
            "X-Call-Id: mine",
            "X-Forwarded-For: a",
            "X-Forwarded-For: b",
            "X-Forwarded-Host: c",
            "X-Start-Time: 1",
        )
        async with replica(answers()) as upstream, gateway(upstream.port) as it:
            reply = await ask(it.port, "GET", "/function/echo", *lines)
            seen = upstream.requests[0]

            assert reply.header("x-call-id") == seen.header("x-call-id") == "mine"
            assert [value for name, value in seen.headers if name == "x-forwarded-for"] == ["a", "b"]
            assert seen.header("x-forwarded-host") == "c"
            assert seen.header("x-start-time") != "1"

    @pytest.mark.parametrize("call_id", ["", "a b", "caf\xe9", "x" * 129])
    @on_loop
    async def test_call_id_that_is_none_is_replaced(self, call_id: str) -> None:
        async with replica(answers()) as upstream, gateway(upstream.port) as it:
            await ask(it.port, "GET", "/function/echo", f"X-Call-Id: {call_id}")

            assert len(upstream.requests[0].header("x-call-id") or "") == 36

    @on_loop
    async def test_headers_for_one_hop_stay_on_it(self) -> None:
        lines = (
            "Connection: keep-alive, X-Mine",
            "X-Mine: 1",
            "Keep-Alive: timeout=5",
            "TE: trailers",
            "Trailer: X",
            "Proxy-Authorization: Basic x",
            "Proxy-Connection: close",
            "Expect: something",
            "X-Kept: \xe9;",
        )
        async with replica(answers()) as upstream, gateway(upstream.port) as it:
            await ask(it.port, "GET", "/function/echo", *lines)
            added = {"host", "x-call-id", "x-start-time", "x-forwarded-for", "x-forwarded-host"}

            assert {name for name, _ in upstream.requests[0].headers} == added | {"x-kept"}
            assert upstream.requests[0].header("x-kept") == "\xe9;"

    @on_loop
    async def test_body_is_sent_on_chunked(self) -> None:
        async with replica(answers()) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            await client.ask("POST", "/function/echo", TEXT, body=b"sized")
            await client.send(
                request("PUT", "/function/echo", "Transfer-Encoding: chunked") + b"7\r\nchunked\r\n0\r\n\r\n"
            )
            await client.reply()
            await client.ask("POST", "/function/echo")
            await client.ask("GET", "/function/echo")
            sized, chunked, empty, none = upstream.requests

            assert [one.body for one in upstream.requests] == [b"sized", b"chunked", b"", b""]
            assert sized.header("content-length") is chunked.header("content-length") is None
            assert (empty.header("content-length"), empty.header("transfer-encoding")) == ("0", None)
            assert (none.header("content-length"), none.header("transfer-encoding")) == (None, None)
            assert upstream.connections == 1


class TestReplyHeaders:
    @on_loop
    async def test_reply_is_the_functions_own(self) -> None:
        lines = ("Set-Cookie: a=1", "Set-Cookie: b=2", "X-Odd: caf\xe9", "Location: /function/echo/there", "Date: then")
        hop = ("Connection: X-Hop", "X-Hop: 1", "Keep-Alive: timeout=1", "X-Served-By: me", "X-Call-Id: theirs")
        script = answers(b"moved", *lines, *hop, status="302 Elsewhere")
        async with replica(script) as upstream, gateway(upstream.port) as it:
            reply = await ask(it.port, "GET", "/function/echo")

            assert (reply.status, reply.body) == (302, b"moved")
            assert [value for name, value in reply.headers if name == "set-cookie"] == ["a=1", "b=2"]
            assert (reply.header("x-odd"), reply.header("date")) == ("caf\xe9", "then")
            assert reply.header("location") == "/function/echo/there"
            assert reply.header("x-hop") is reply.header("keep-alive") is None
            assert reply.header("x-call-id") != "theirs"

    @on_loop
    async def test_date_is_added_once(self) -> None:
        async with replica(answers()) as upstream, gateway(upstream.port) as it:
            assert (await ask(it.port, "GET", "/function/echo")).header("date")

    @pytest.mark.parametrize(
        ("raw", "body"),
        [
            (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n", b"hello"),
            (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
            (b"HTTP/1.1 200 OK\r\n\r\nhello", b"hello"),
            (b"HTTP/1.0 200 OK\r\n\r\nhello", b"hello"),
            (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
            (b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", b"x"),
            (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
            (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
        ],
    )
    @on_loop
    async def test_reply_of_any_framing_is_passed_on_whole(self, raw: bytes, body: bytes) -> None:
        is_last = b"Length" not in raw and b"chunked" not in raw
        whole = sends(raw, ends=is_last)
        split = sends(*(raw[at : at + 1] for at in range(len(raw))), ends=is_last)
        for script in (whole, split):
            async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
                for _ in range(2):
                    reply = await client.ask("GET", "/function/echo")
                    assert (reply.status, reply.body) == (200, body)
                    assert reply.header("link") is None

    @pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
    @on_loop
    async def test_status_without_a_body_keeps_the_connection(self, status: str) -> None:
        script = sends(f"HTTP/1.1 {status}\r\nETag: x\r\n\r\n".encode())
        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            replies = [await client.ask("GET", "/function/echo") for _ in range(2)]

            assert [reply.status for reply in replies] == [int(status[:3])] * 2
            assert upstream.connections == 1

    @on_loop
    async def test_reply_to_head_of_any_framing_has_no_body(self) -> None:
        heads = (b"Content-Length: 9", b"Transfer-Encoding: chunked", b"X: y")
        for head in heads:
            script = sends(b"HTTP/1.1 200 OK\r\n%b\r\n\r\n" % head)
            async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
                for _ in range(2):
                    assert (await client.ask("HEAD", "/function/echo")).status == 200


@settings(max_examples=25, deadline=None)
@given(
    body=st.binary(min_size=1, max_size=5000), cuts=st.lists(st.integers(1, 6000), max_size=6), is_chunked=st.booleans()
)
def test_reply_cut_anywhere_is_the_same_reply(*, body: bytes, cuts: list[int], is_chunked: bool) -> None:
    framed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if is_chunked else body
    framing = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % len(body)
    raw = b"HTTP/1.1 200 OK\r\n%b\r\n\r\n%b" % (framing, framed)
    bounds = [0, *sorted({cut for cut in cuts if cut < len(raw)}), len(raw)]

    async def main() -> None:
        script = sends(*(raw[start:end] for start, end in pairwise(bounds)))
        async with replica(script) as upstream, gateway(upstream.port) as it:
            assert (await ask(it.port, "GET", "/function/echo")).body == body

    uvloop.run(main())
