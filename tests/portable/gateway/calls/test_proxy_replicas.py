"""Connections to replicas, replicas that are gone or asleep, and the record of each call."""

from __future__ import annotations

import asyncio

import pytest

from portable.gateway.functions.state import Endpoint, Function
from portable.stack.errors import NotFound, Unavailable

from ..peers import on_loop
from ..peers.client import ask, connected, request
from ..peers.running import endpoint, gateway
from ..peers.upstream import Peer, answers, replica, sends, unused_port

TEXT = "Content-Type: text/plain"
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "M-SEARCH", "PURGE"]


class TestConnections:
    @pytest.mark.parametrize(("method", "status"), [("GET", 200), ("DELETE", 200), ("POST", 502), ("PATCH", 502)])
    @on_loop
    async def test_reused_connection_found_closed_is_retried_if_repeating_does_no_harm(
        self, method: str, status: int
    ) -> None:
        seen = 0

        async def script(peer: Peer) -> None:
            nonlocal seen
            seen += 1
            if seen == 2:
                peer.cut()
            else:
                await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            await client.ask("GET", "/function/echo")

            assert (await client.ask(method, "/function/echo")).status == status
            assert it.function.in_flight == 0

    @on_loop
    async def test_connection_that_the_replica_closed_while_idle_is_not_used(self) -> None:
        async def script(peer: Peer) -> None:
            await peer.read_body()
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            peer.writer.close()

        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            for _ in range(5):
                assert (await client.ask("POST", "/function/echo", body=b"x")).status == 200
                while it.function.endpoints[0].upstream.idle:
                    await asyncio.sleep(0.01)

    @on_loop
    async def test_endpoint_closes_its_idle_connections(self) -> None:
        left = asyncio.Event()

        async def script(peer: Peer) -> None:
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            assert await peer.is_left()
            left.set()

        async with replica(script) as upstream, gateway(upstream.port) as it:
            await ask(it.port, "GET", "/function/echo")
            it.function.endpoints[0].close()
            await left.wait()

    @on_loop
    async def test_idle_connection_is_closed_before_long(self) -> None:
        left = asyncio.Event()

        async def script(peer: Peer) -> None:
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            assert await peer.is_left()
            left.set()

        async with replica(script) as upstream, gateway(upstream.port) as it:
            await ask(it.port, "GET", "/function/echo")
            await left.wait()

            assert not it.function.endpoints[0].upstream.idle

    @on_loop
    async def test_replica_that_sends_more_than_its_reply_is_not_used_again(self) -> None:
        script = sends(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
        async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
            for _ in range(2):
                assert (await client.ask("GET", "/function/echo")).body == b"x"

            assert upstream.connections == 2

    @on_loop
    async def test_replica_that_cannot_be_reached_is_passed_over(self) -> None:
        async with replica(answers()) as upstream, gateway(await unused_port(), upstream.port) as it:
            for _ in range(4):
                assert (await ask(it.port, "POST", "/function/echo", body=b"x")).status == 200
            assert (await it.call()).replica == f"echo-{upstream.port}"
            assert set(it.unreachable) == {it.function}

    @on_loop
    async def test_only_replica_that_cannot_be_reached_is_waited_for(self) -> None:
        async with replica(answers()) as upstream, gateway(await unused_port()) as it:
            asking = asyncio.ensure_future(ask(it.port, "POST", "/function/echo", body=b"x"))
            while not it.function.waiting:
                await asyncio.sleep(0.01)
            it.send_to(upstream.port)

            assert (await asking).status == 200

    @on_loop
    async def test_replica_that_stays_unreachable_is_a_502_that_names_it(self) -> None:
        port = await unused_port()
        async with gateway(port, upstream_timeout_s=0.2) as it:
            reply = await ask(it.port, "GET", "/function/echo")

            assert reply.status == 502
            assert f"echo-{port} cannot be reached" in reply.text
            assert it.function.in_flight == 0


class TestWaking:
    @on_loop
    async def test_function_without_endpoints_is_woken(self) -> None:
        async with replica(answers()) as upstream:
            waiting: list[int] = []

            async def wake(function: Function) -> Endpoint:
                waiting.append(function.waiting)
                function.set_endpoints([endpoint(function, upstream.port)])
                async with asyncio.timeout(30):
                    await function.available.wait()
                return function.endpoints[0]

            async with gateway(wake=wake) as it:
                reply = await ask(it.port, "GET", "/function/echo")
                warm = await ask(it.port, "GET", "/function/echo")
                calls = [await it.call(), await it.call()]

                assert (reply.status, warm.status, waiting) == (200, 200, [1])
                assert [call.was_cold for call in calls] == [True, False]
                assert it.function.waiting == 0

    @pytest.mark.parametrize(("error", "status"), [(Unavailable("it crashed: x"), 503), (NotFound("gone"), 404)])
    @on_loop
    async def test_function_that_cannot_wake_says_why(self, error: Exception, status: int) -> None:
        async def wake(function: Function) -> Endpoint:
            raise error

        async with gateway(wake=wake) as it:
            reply = await ask(it.port, "GET", "/function/echo")

            assert (reply.status, reply.text) == (status, f"{error}\n")
            assert (await it.call()).status == status

    @on_loop
    async def test_client_that_leaves_while_waiting_no_longer_counts(self) -> None:
        waits = asyncio.Event()

        async def wake(function: Function) -> Endpoint:
            waits.set()
            await asyncio.get_running_loop().create_future()
            raise AssertionError

        async with gateway(wake=wake) as it, connected(it.port) as client:
            await client.send(request("GET", "/function/echo"))
            await waits.wait()
            assert it.function.in_flight == 1
            client.leave()
            call = await it.call()

            assert (call.status, call.was_cold, call.replica, it.function.in_flight) == (499, True, "", 0)


class TestRecord:
    @on_loop
    async def test_call_is_recorded_and_counted(self) -> None:
        async with replica(answers(status="418 Teapot")) as upstream, gateway(upstream.port) as it:
            before_s = it.function.last_used_s
            await ask(it.port, "GET", "/function/echo")
            call = await it.call()

            assert call[2:4] == ("GET", 418)
            assert 0 < call.duration_s < 60
            assert (call.replica, call.was_cold) == (f"echo-{upstream.port}", False)
            assert (it.function.invocation_count, it.function.in_flight) == (1, 0)
            assert it.function.last_used_s >= before_s + call.duration_s

    @on_loop
    async def test_calls_at_once_are_spread_over_the_replicas(self) -> None:
        release = asyncio.Event()

        async def script(peer: Peer) -> None:
            await release.wait()
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        async with replica(script) as one, replica(script) as two, gateway(one.port, two.port) as it:
            asking = [asyncio.ensure_future(ask(it.port, "GET", "/function/echo")) for _ in range(10)]
            while it.function.in_flight < 10:
                await asyncio.sleep(0.01)
            assert [end.in_flight for end in it.function.endpoints] == [5, 5]
            release.set()

            assert {reply.status for reply in await asyncio.gather(*asking)} == {200}

    @on_loop
    async def test_many_calls_at_once_are_each_answered_with_their_own_reply(self) -> None:
        async def script(peer: Peer) -> None:
            body = await peer.read_body()
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body), body)

        async with replica(script) as upstream, gateway(upstream.port) as it:

            async def some(number: int) -> None:
                async with connected(it.port) as client:
                    for turn in range(20):
                        body = b"%d-%d" % (number, turn)
                        assert (await client.ask("POST", "/function/echo", body=body)).body == body

            await asyncio.gather(*(some(number) for number in range(20)))
