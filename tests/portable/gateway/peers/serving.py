"""The HTTP server alone, in the test's own loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from portable.gateway.http.headers import date_line
from portable.gateway.http.server import HttpServer, Route
from portable.gateway.http.wire_exchange import WireExchange

from .client import Client, connected

MAX_BODY_BYTES = 4 * 2**20


async def echo(exchange: WireExchange) -> None:
    """Answer with the method, the target and the body."""
    body = await exchange.read_all(MAX_BODY_BYTES)
    exchange.begin(200, (date_line(),), None, b"%b %b " % (exchange.method, exchange.target))
    exchange.write(body)
    exchange.end()


@asynccontextmanager
async def serving(route: Route = echo, *, read_timeout_s: float = 30.0) -> AsyncIterator[int]:
    """Give the port of a server."""
    server = HttpServer(route, read_timeout_s=read_timeout_s, max_body_bytes=MAX_BODY_BYTES)
    port = await server.start("127.0.0.1", 0)
    try:
        yield port
    finally:
        await server.close(1.0)


@asynccontextmanager
async def client_of(route: Route = echo, *, read_timeout_s: float = 30.0) -> AsyncIterator[Client]:
    """Give a connection to a server."""
    async with serving(route, read_timeout_s=read_timeout_s) as port, connected(port) as client:
        yield client
