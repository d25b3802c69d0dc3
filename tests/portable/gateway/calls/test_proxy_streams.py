"""Bodies both ways, piece by piece, and how calls end that do not end well."""

from __future__ import annotations

import asyncio

import pytest

from ..peers import on_loop
from ..peers.client import ask, connected, request
from ..peers.running import gateway
from ..peers.upstream import Peer, answers, replica

TEXT = "Content-Type: text/plain"
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "M-SEARCH", "PURGE"]


class TestStreams:
    @on_loop
    async def test_events_arrive_one_by_one(self) -> None:
        wanted: asyncio.Queue[bytes] = asyncio.Queue()

        async def script(peer: Peer) -> None:
            await peer.send(CHUNKED_HEAD)
            while event := await wanted.get():
                await peer.send(b"%x\r\n%b\r\n" % (len(event), event))
            await peer.send(b"0\r\n\r\n")

        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            await client.send(request("GET", "/function/echo"))
            assert (await client.head()).header("content-type") == "text/event-stream"
            for number in range(3):
                event = b"data: %d\n\n" % number
                await wanted.put(event)
                assert await client.chunk() == event
            await wanted.put(b"")

            assert await client.chunk() == b""
            assert (await client.ask("GET", "/healthz")).status == 200

    @on_loop
    async def test_conversation_goes_both_ways_at_once(self) -> None:
        async def script(peer: Peer) -> None:
            await peer.send(CHUNKED_HEAD)
            while piece := await peer.chunk():
                await peer.send(b"%x\r\n%b\r\n" % (len(piece), piece))
            await peer.send(b"0\r\n\r\n")

        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            await client.send(request("POST", "/function/echo", "Transfer-Encoding: chunked"))
            await client.head()
            for word in (b"one", b"two"):
                await client.send(b"3\r\n%b\r\n" % word)
                assert await client.chunk() == word
            await client.send(b"0\r\n\r\n")

            assert await client.chunk() == b""

    @on_loop
    async def test_megabytes_go_through_both_ways(self) -> None:
        async def script(peer: Peer) -> None:
            body = await peer.read_body()
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body), body)

        body = bytes(range(256)) * 20_000
        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            for _ in range(2):
                assert (await client.ask("POST", "/function/echo", body=body)).body == body

    @on_loop
    async def test_replica_that_reads_nothing_stops_the_client(self) -> None:
        size = 96 * 2**20  # Linux's buffers of two connections may hold 72 MB: tcp_rmem and tcp_wmem of tcp(7)
        release = asyncio.Event()

        async def script(peer: Peer) -> None:
            await release.wait()
            await peer.read_body()
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            sending = asyncio.ensure_future(client.send(request("POST", "/function/echo", body=b"x" * size)))
            done, _ = await asyncio.wait([sending], timeout=1.0)
            assert not done
            release.set()

            assert (await client.reply()).status == 200
            await sending
            assert len(upstream.requests[0].body) == size

    @on_loop
    async def test_answer_before_the_body_is_whole_reaches_a_client_that_still_sends(self) -> None:
        async def script(peer: Peer) -> None:
            await peer.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
            peer.writer.close()

        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            await client.send(request("POST", "/function/echo", "Transfer-Encoding: chunked") + b"3\r\nabc\r\n")
            reply = await client.reply()

            assert (reply.status, reply.body, reply.header("connection")) == (403, b"no", "close")
            assert await client.is_closed()

    @on_loop
    async def test_body_over_the_limit_is_a_413(self) -> None:
        async with (
            replica(answers()) as upstream,
            gateway(upstream.port, max_body_bytes=1000) as it,
            connected(it.port) as client,
        ):
            await client.send(request("POST", "/function/echo", "Transfer-Encoding: chunked"))
            await client.send(b"190\r\n" + b"x" * 400 + b"\r\n", b"300\r\n" + b"x" * 768 + b"\r\n")
            reply = await client.reply()

            assert reply.status == 413
            assert reply.header("x-openfaas-internal") == "proxy"
            assert (await it.call()).status == 413

    @on_loop
    async def test_malformed_rest_of_a_body_gives_the_replica_up(self) -> None:
        left = asyncio.Event()

        async def script(peer: Peer) -> None:
            try:
                await peer.read_body()
            finally:
                left.set()

        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            await client.send(
                request("POST", "/function/echo", "Transfer-Encoding: chunked") + b"3\r\nabc\r\n", b"zz\r\n"
            )

            assert (await client.reply()).status == 400
            await left.wait()


class TestEndings:
    @on_loop
    async def test_client_that_leaves_ends_the_replicas_request(self) -> None:
        begun, left = asyncio.Event(), asyncio.Event()

        async def script(peer: Peer) -> None:
            await peer.send(CHUNKED_HEAD, b"1\r\nx\r\n")
            begun.set()
            assert await peer.is_left()
            left.set()

        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            await client.send(request("GET", "/function/echo"))
            await begun.wait()
            await client.head()
            client.leave()
            await left.wait()
            call = await it.call()

            assert call.status == 499
            assert it.function.in_flight == 0

    @on_loop
    async def test_client_that_leaves_before_the_reply_ends_the_replicas_request(self) -> None:
        begun, left = asyncio.Event(), asyncio.Event()

        async def script(peer: Peer) -> None:
            begun.set()
            assert await peer.is_left()
            left.set()

        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            await client.send(request("POST", "/function/echo", "Transfer-Encoding: chunked"))
            await begun.wait()
            client.leave()
            await left.wait()

            assert (await it.call()).status == 499

    @pytest.mark.parametrize(
        "raw", [b"", b"HTTP/1.1 200 OK\r\nContent-", b"HTTP/1.1 101 Up\r\n\r\n", b"nonsense\r\n\r\n"]
    )
    @on_loop
    async def test_replica_that_ends_before_it_answers_is_a_502_that_names_it(self, raw: bytes) -> None:
        async def script(peer: Peer) -> None:
            await peer.send(raw)
            peer.writer.close()

        async with replica(script) as upstream, gateway(upstream.port) as it:
            reply = await ask(it.port, "POST", "/function/echo", body=b"x")

            assert reply.status == 502
            assert reply.text.startswith(f"echo's replica echo-{upstream.port} ended before it answered")
            assert "faas-cli logs echo" in reply.text
            assert reply.header("x-openfaas-internal") == "proxy"
            assert reply.header("x-call-id") == (await it.call()).call_id

    @pytest.mark.parametrize(
        "head", [CHUNKED_HEAD + b"3\r\nabc\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"]
    )
    @on_loop
    async def test_replica_that_ends_half_way_has_the_reply_broken_off(self, head: bytes) -> None:
        async def script(peer: Peer) -> None:
            await peer.send(head)
            peer.writer.close()

        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            await client.send(request("GET", "/function/echo"))

            with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
                await client.reply()
            assert (await it.call()).status == 502

    @on_loop
    async def test_replica_that_does_not_answer_in_time_is_a_504_that_names_the_limit(self) -> None:
        left = asyncio.Event()

        async def script(peer: Peer) -> None:
            assert await peer.is_left()
            left.set()

        async with replica(script) as upstream, gateway(upstream.port, upstream_timeout_s=0.3) as it:
            reply = await ask(it.port, "GET", "/function/echo")

            assert reply.status == 504
            assert "upstream_timeout" in reply.text
            await left.wait()

    @on_loop
    async def test_stream_may_last_longer_than_the_limit_of_its_beginning(self) -> None:
        async def script(peer: Peer) -> None:
            await peer.send(CHUNKED_HEAD)
            await asyncio.sleep(1.0)
            await peer.send(b"0\r\n\r\n")

        async with replica(script) as upstream, gateway(upstream.port, upstream_timeout_s=0.2) as it:
            assert (await ask(it.port, "GET", "/function/echo")).status == 200
