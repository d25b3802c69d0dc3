"""The server's side, on raw bytes: what it takes, what it refuses, and that each reply is to its own request."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from portable.gateway.http.wire_exchange import WireExchange
from portable.stack.errors import Refused

from ..peers import on_loop
from ..peers.client import request
from ..peers.serving import MAX_BODY_BYTES, client_of

CLOSE = "Connection: close"


class TestRequests:
    @on_loop
    async def test_connection_kept_alive_answers_again(self) -> None:
        async with client_of() as client:
            first = await client.ask("GET", "/a")
            second = await client.ask("POST", "/b?x=%20", body=b"abc")

            assert (first.body, second.body) == (b"GET /a ", b"POST /b?x=%20 abc")

    @on_loop
    async def test_connection_close_closes_after_the_reply(self) -> None:
        async with client_of() as client:
            reply = await client.ask("GET", "/", CLOSE)

            assert reply.header("connection") == "close"
            assert await client.is_closed()

    @on_loop
    async def test_request_split_at_every_byte_is_answered(self) -> None:
        raw = request("POST", "/split?a=b", "X-Empty:", body=b"0123456789")
        async with client_of() as client:
            for at in range(1, len(raw)):
                await client.send(raw[:at], raw[at:])
                assert (await client.reply()).body == b"POST /split?a=b 0123456789"

    @on_loop
    async def test_request_byte_by_byte_is_answered(self) -> None:
        body = b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n"
        raw = request("POST", "/", "Transfer-Encoding: chunked") + body
        async with client_of() as client:
            await client.send(*(raw[at : at + 1] for at in range(len(raw))))

            assert (await client.reply()).body == b"POST / abcde"

    @on_loop
    async def test_pipelined_requests_are_answered_in_order(self) -> None:
        async with client_of() as client:
            await client.send(b"".join(request("POST", f"/{n}", body=b"x" * n) for n in range(200)))
            replies = [await client.reply() for _ in range(200)]

            assert [reply.body for reply in replies] == [b"POST /%d %b" % (n, b"x" * n) for n in range(200)]

    @on_loop
    async def test_pipelined_request_waits_for_the_one_before(self) -> None:
        release = asyncio.Event()
        begun: list[bytes] = []

        async def route(exchange: WireExchange) -> None:
            begun.append(exchange.target)
            if exchange.target == b"/slow":
                await asyncio.ensure_future(release.wait())
            exchange.answer(200, exchange.target.decode())

        async with client_of(route) as client:
            await client.send(request("GET", "/slow"), request("GET", "/fast"))
            while not begun:
                await asyncio.sleep(0)
            release.set()

            assert [(await client.reply()).text for _ in range(2)] == ["/slow", "/fast"]

    @on_loop
    async def test_body_of_megabytes_arrives_whole(self) -> None:
        body = bytes(range(256)) * 12_000
        async with client_of() as client:
            reply = await client.ask("PUT", "/", body=body)

            assert reply.body == b"PUT / " + body

    @on_loop
    async def test_body_nobody_reads_is_not_taken_into_memory(self) -> None:
        buffered: list[int] = []
        looked = asyncio.Event()

        async def route(exchange: WireExchange) -> None:
            while not (buffered and buffered[-1] == exchange.buffered > 2**18):
                buffered.append(exchange.buffered)
                await asyncio.sleep(0.05)
            looked.set()
            exchange.answer(200, str(len(await exchange.read_all(MAX_BODY_BYTES))))

        async with client_of(route) as client:
            sending = asyncio.ensure_future(client.send(request("PUT", "/", body=b"x" * MAX_BODY_BYTES)))
            await looked.wait()

            assert buffered[-1] < 2**20
            assert (await client.reply()).text == str(MAX_BODY_BYTES)
            await sending

    @on_loop
    async def test_expect_continue_is_told_to_go_on_when_the_body_is_read(self) -> None:
        async with client_of() as client:
            raw = request("POST", "/", "Expect: 100-continue", body=b"abc")
            await client.send(raw[:-3])
            assert (await client.reply()).status == 100
            await client.send(raw[-3:])

            assert (await client.reply()).body == b"POST / abc"

    @on_loop
    async def test_expect_continue_refused_never_asks_for_the_body(self) -> None:
        async def route(exchange: WireExchange) -> None:
            raise Refused("no")

        async with client_of(route) as client:
            await client.send(request("POST", "/", "Expect: 100-continue", body=b"abc")[:-3])
            reply = await client.reply()

            assert (reply.status, reply.text, reply.header("connection")) == (400, "no\n", "close")

    @on_loop
    async def test_upgrade_with_a_body_is_an_ordinary_request(self) -> None:
        """As Java's client sends them; llhttp takes the body for another protocol's bytes."""
        lines = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAAA")
        raw = request("POST", "/up", *lines, body=b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        async with client_of() as client:
            for pieces in ([raw], [raw[:-10], raw[-10:]], [raw[:20], raw[20:]]):
                await client.send(*pieces)
                assert (await client.reply()).body == b"POST /up GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
            await client.send(request("GET", "/none", *lines) + request("GET", "/after"))

            assert [(await client.reply()).body for _ in range(2)] == [b"GET /none ", b"GET /after "]

    @on_loop
    async def test_chunked_upgrade_is_an_ordinary_request(self) -> None:
        lines = ("Connection: Upgrade", "Upgrade: h2c", "Transfer-Encoding: chunked")
        async with client_of() as client:
            await client.send(request("POST", "/", *lines) + b"3\r\nabc\r\n0\r\n\r\n" + request("GET", "/after"))

            assert [(await client.reply()).body for _ in range(2)] == [b"POST / abc", b"GET /after "]

    @on_loop
    async def test_absolute_target_is_its_path_and_its_host(self) -> None:
        async def route(exchange: WireExchange) -> None:
            exchange.answer(200, f"{exchange.target!r} {dict(exchange.headers)[b'host']!r}")

        async with client_of(route) as client:
            reply = await client.ask("GET", "http://other.example/a?b")

            assert reply.text == "b'/a?b' b'other.example'"

    @on_loop
    async def test_names_come_in_lower_case_and_values_as_they_are(self) -> None:
        seen: list[tuple[bytes, bytes]] = []

        async def route(exchange: WireExchange) -> None:
            seen.extend(exchange.headers)
            exchange.answer(200, "")

        async with client_of(route) as client:
            await client.send(b"GET / HTTP/1.1\r\nHost: x\r\nX-Raw: caf\xe9 \xff;q\r\nx-RAW:\r\n\r\n")
            await client.reply()

            assert seen == [(b"host", b"x"), (b"x-raw", b"caf\xe9 \xff;q"), (b"x-raw", b"")]


@settings(max_examples=40, deadline=None)
@given(
    body=st.binary(max_size=3000),
    cuts=st.lists(st.integers(1, 4000), max_size=8),
    is_chunked=st.booleans(),
    chunk=st.integers(1, 700),
)
def test_request_cut_anywhere_is_the_same_request(
    *, body: bytes, cuts: list[int], is_chunked: bool, chunk: int
) -> None:
    if is_chunked:
        parts = [body[at : at + chunk] for at in range(0, len(body), chunk)]
        framed = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        raw = request("POST", "/h", "Transfer-Encoding: chunked") + framed
    else:
        raw = request("POST", "/h", body=body)
    bounds = [0, *sorted({cut for cut in cuts if cut < len(raw)}), len(raw)]

    async def main() -> None:
        async with client_of() as client:
            await client.send(*(raw[start:end] for start, end in pairwise(bounds)))
            assert (await client.reply()).body == b"POST /h " + body

    uvloop.run(main())
