"""The process's own edges: where it listens, and how it ends."""

from __future__ import annotations

import asyncio
import os
import resource
import signal

import pytest

from portable.gateway.calls.metrics import Metrics
from portable.gateway.calls.proxy import Proxy
from portable.gateway.functions.state import Router
from portable.gateway.server import CannotListen, allow_many_files, serve

from .peers import on_loop
from .peers.client import ask, connected, request
from .peers.running import CONFIG, endpoint, function_of, gateway, hello, no_wake
from .peers.upstream import Peer, replica


@on_loop
async def test_port_that_is_taken_is_said_so() -> None:
    async with gateway() as it:
        with pytest.raises(CannotListen, match=f"127.0.0.1:{it.port}: something does already"):
            async with gateway(port=it.port):
                pass


@on_loop
async def test_address_that_is_not_here_is_said_so() -> None:
    with pytest.raises(CannotListen, match="choose another address"):
        async with gateway(host="192.0.2.1"):
            pass


@on_loop
async def test_soft_limit_of_files_is_raised() -> None:
    allow_many_files()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    assert soft == hard


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@on_loop
async def test_signal_lets_a_call_end_and_then_the_gateway(number: signal.Signals) -> None:
    begun, release = asyncio.Event(), asyncio.Event()

    async def script(peer: Peer) -> None:
        begun.set()
        await release.wait()
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")

    router, function = Router(), function_of()
    router.functions[function.name] = function
    metrics = Metrics(router)
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with replica(script) as upstream:
        function.set_endpoints([endpoint(function, upstream.port)])
        proxy = Proxy(router, no_wake, record=metrics.record, unreachable=print, upstream_timeout_s=30)
        serving = asyncio.ensure_future(serve(CONFIG, hello, proxy, ready.set_result))
        port = await ready
        assert (await ask(port, "GET", "/anything")).body == b"hello"
        async with connected(port) as client:
            await client.send(request("GET", "/function/echo"))
            await begun.wait()
            os.kill(os.getpid(), number)
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.transport.abort()
                except ConnectionRefusedError:
                    break
            release.set()
            reply = await client.reply()

            assert (reply.body, reply.header("connection")) == (b"done", "close")
        await serving
