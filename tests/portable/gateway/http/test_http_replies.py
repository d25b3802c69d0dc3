"""Replies on the wire: how they are framed, and that one that is not whole never looks so."""

from __future__ import annotations

import asyncio

import pytest

from portable.gateway.http.exchange import ClientGone
from portable.gateway.http.headers import header_lines
from portable.gateway.http.server import HttpServer
from portable.gateway.http.wire_exchange import WireExchange

from ..peers import on_loop
from ..peers.client import connected, request
from ..peers.serving import client_of


class TestReplies:
    @on_loop
    async def test_http10_reply_of_unknown_length_ends_with_the_connection(self) -> None:
        async with client_of() as client:
            await client.send(b"GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            reply = await client.reply()

            assert reply.body == b"GET /old "
            assert reply.header("transfer-encoding") is None
            assert reply.header("connection") == "close"

    @on_loop
    async def test_http10_keeps_alive_when_asked_to(self) -> None:
        async def route(exchange: WireExchange) -> None:
            exchange.answer(200, "sized")

        async with client_of(route) as client:
            for _ in range(2):
                await client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                assert (await client.reply()).header("connection") == "keep-alive"
            await client.send(b"GET / HTTP/1.0\r\n\r\n")
            await client.reply()

            assert await client.is_closed()

    @on_loop
    async def test_head_is_answered_without_a_body(self) -> None:
        async def route(exchange: WireExchange) -> None:
            exchange.answer(200, "hello")

        async with client_of(route) as client:
            reply = await client.ask("HEAD", "/")
            again = await client.ask("GET", "/")

            assert reply.header("content-length") == "5"
            assert again.text == "hello"

    @pytest.mark.parametrize("status", [204, 304])
    @on_loop
    async def test_bodyless_status_has_no_body(self, status: int) -> None:
        async def route(exchange: WireExchange) -> None:
            exchange.begin(status, (), None)
            exchange.write(b"nothing of this")
            exchange.end()

        async with client_of(route) as client:
            replies = [await client.ask("GET", "/") for _ in range(2)]

            assert [reply.status for reply in replies] == [status] * 2
            assert replies[0].header("transfer-encoding") is None

    @pytest.mark.parametrize("length", [4, None])
    @on_loop
    async def test_reply_that_fails_half_way_is_broken_off(self, length: int | None) -> None:
        async def route(exchange: WireExchange) -> None:
            exchange.begin(200, (), length, b"abc")
            await asyncio.ensure_future(asyncio.sleep(0.05))
            raise RuntimeError("half-way")

        async with client_of(route) as client:
            await client.send(request("GET", "/"))

            with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
                await client.reply()

    @pytest.mark.parametrize("body", [b"abc", b"abcde"], ids=["shorter", "longer"])
    @on_loop
    async def test_reply_of_another_length_than_it_says_is_broken_off(self, body: bytes) -> None:
        async def route(exchange: WireExchange) -> None:
            exchange.begin(200, (), 4)
            exchange.write(body)
            exchange.end()

        async with client_of(route) as client:
            await client.send(request("GET", "/"))

            with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
                await client.reply()

    @on_loop
    async def test_handler_that_fails_is_a_500_without_its_reason(self) -> None:
        async def route(exchange: WireExchange) -> None:
            raise RuntimeError("secret")

        async with client_of(route) as client:
            reply = await client.ask("GET", "/")

            assert reply.status == 500
            assert "secret" not in reply.text

    @on_loop
    async def test_client_that_takes_nothing_makes_the_handler_wait(self) -> None:
        written = 0
        waits = asyncio.Event()

        async def route(exchange: WireExchange) -> None:
            nonlocal written
            exchange.begin(200, (), None)
            for _ in range(1000):
                exchange.write(b"x" * 2**16)
                written += 1
                if exchange.is_slow:
                    waits.set()
                    await exchange.drained()
            exchange.end()

        async with client_of(route) as client:
            await client.send(request("GET", "/"))
            await waits.wait()
            assert written < 1000

            assert len((await client.reply()).body) == 1000 * 2**16

    @on_loop
    async def test_client_that_never_takes_its_reply_is_cut(self) -> None:
        ended = asyncio.Event()

        async def route(exchange: WireExchange) -> None:
            try:
                exchange.begin(200, (), None)
                while True:
                    exchange.write(b"x" * 2**16)
                    await exchange.drained()
            finally:
                ended.set()

        async with client_of(route, read_timeout_s=0.2) as client:
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a Transport's
            await client.send(request("GET", "/"))
            await ended.wait()

    @on_loop
    async def test_client_that_leaves_has_its_handler_cancelled(self) -> None:
        waits, ended = asyncio.Event(), asyncio.Event()

        async def route(exchange: WireExchange) -> None:
            waits.set()
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                ended.set()
                raise

        async with client_of(route) as client:
            await client.send(request("GET", "/"))
            await waits.wait()
            client.leave()
            await ended.wait()

    @on_loop
    async def test_reply_of_a_client_that_left_cannot_be_ended(self) -> None:
        waits = asyncio.Event()
        ended: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()

        async def route(exchange: WireExchange) -> None:
            exchange.begin(200, (), None, b"piece")
            waits.set()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                try:
                    exchange.end()
                except (ClientGone, RuntimeError) as error:
                    ended.set_result(error)
                else:
                    ended.set_result(None)

        async with client_of(route) as client:
            await client.send(request("GET", "/"))
            await waits.wait()
            client.leave()

            assert isinstance(await ended, ClientGone)


class TestClose:
    @on_loop
    async def test_close_lets_a_reply_end_and_takes_no_more(self) -> None:
        waits, release = asyncio.Event(), asyncio.Event()

        async def route(exchange: WireExchange) -> None:
            waits.set()
            await release.wait()
            exchange.answer(200, "done")

        server = HttpServer(route, read_timeout_s=30, max_body_bytes=1)
        port = await server.start("127.0.0.1", 0)
        async with connected(port) as busy, connected(port) as idle:
            await busy.send(request("GET", "/"))
            await waits.wait()
            closing = asyncio.ensure_future(server.close(30))
            assert await idle.is_closed()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)
            release.set()
            reply = await busy.reply()

            assert (reply.text, reply.header("connection")) == ("done", "close")
            await closing

    @on_loop
    async def test_close_breaks_off_what_does_not_end(self) -> None:
        waits = asyncio.Event()

        async def route(exchange: WireExchange) -> None:
            waits.set()
            await asyncio.get_running_loop().create_future()

        server = HttpServer(route, read_timeout_s=30, max_body_bytes=1)
        async with connected(await server.start("127.0.0.1", 0)) as client:
            await client.send(request("GET", "/"))
            await waits.wait()
            await server.close(0.05)

            assert await client.is_closed()


@pytest.mark.parametrize(
    "header", [(b"A\r\nB", b"c"), (b"A", b"b\r\nC: d"), (b"A", b"b\nc"), (b"A", b"\0"), (b"", b"a"), (b"A b", b"c")]
)
def test_header_that_would_break_out_of_its_line_is_refused(header: tuple[bytes, bytes]) -> None:
    with pytest.raises(ValueError, match="cannot be a header"):
        header_lines([header])
