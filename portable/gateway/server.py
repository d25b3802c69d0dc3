"""The gateway's one process: calls are answered on the event loop, everything else by the WSGI application."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import resource
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ..stack.errors import GatewayError
from .calls.proxy import Proxy
from .config import Config
from .cron.scheduler import Cron
from .http.server import HttpServer, Route
from .http.wire_exchange import WireExchange
from .http.wsgi import Bridge
from .queue.service import AsyncCalls

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_OF_A_CALL = (b"GET", b"HEAD", b"DELETE")
"""Methods by which /async-function/ is about a call that was accepted."""
_log = logging.getLogger(__name__)


class CannotListen(GatewayError):
    """The address cannot be bound."""


async def serve(
    config: Config,
    app: WSGIApplication,
    proxy: Proxy,
    on_ready: Callable[[int], None],
    calls: AsyncCalls | None = None,
    cron: Cron | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then let what is in flight end for `write_timeout_s`.

    `on_ready` is given the port. Raises CannotListen.
    """
    loop = asyncio.get_running_loop()
    told_to_end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_end.set)
    try:
        async with running(config, app, proxy, calls, cron) as port:
            gc.collect()
            gc.freeze()  # what is loaded by now stays; looking through it again stops the loop for tens of milliseconds
            on_ready(port)
            await told_to_end.wait()
            _log.info("ending: requests in flight have %g s", config.write_timeout_s)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


@asynccontextmanager
async def running(
    config: Config, app: WSGIApplication, proxy: Proxy, calls: AsyncCalls | None = None, cron: Cron | None = None
) -> AsyncIterator[int]:
    """Serve inside the block, which is given the port; drain at its end. Raises CannotListen.

    Without `calls` there are no asynchronous ones, without `cron` no function is called by its schedule.
    """
    allow_many_files()
    bridge = Bridge(app)
    server = HttpServer(
        router_of(proxy, bridge, calls), read_timeout_s=config.read_timeout_s, max_body_bytes=config.max_body_bytes
    )
    try:
        port = await server.start(config.host, config.port)
    except OSError as error:
        bridge.close()
        raise _cannot_listen(config, error) from error
    proxy.start()
    if calls:
        calls.start(port)
    if cron:
        cron.start()
    try:
        yield port
    finally:
        bridge.end_streams()
        ending = [server.close(config.write_timeout_s)]
        if calls:
            ending.append(calls.stop(config.write_timeout_s))
        if cron:
            ending.append(cron.stop(config.write_timeout_s))
        await asyncio.gather(*ending)
        proxy.close()
        bridge.close()


async def check_address(config: Config) -> None:
    """Raise CannotListen if the address cannot be bound: before a second gateway touches the functions of the first."""
    try:
        listener = await asyncio.get_running_loop().create_server(asyncio.Protocol, config.host, config.port)
    except OSError as error:
        raise _cannot_listen(config, error) from error
    listener.close()


def router_of(proxy: Proxy, bridge: Bridge, calls: AsyncCalls | None) -> Route:
    """Return what answers each path."""

    def route(exchange: WireExchange) -> Coroutine[Any, Any, None]:
        target = exchange.target
        if target.startswith(b"/function/"):
            return proxy.invoke(exchange)
        if calls and target.startswith(b"/async-function/") and exchange.method not in _OF_A_CALL:
            return calls.accept(exchange)
        if target.partition(b"?")[0] == b"/healthz":
            return _health(exchange)
        return bridge.answer(exchange)

    return route


def allow_many_files() -> None:
    """Raise the soft limit of open files to the hard one: each call takes two."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _health(exchange: WireExchange) -> None:
    if exchange.method in (b"GET", b"HEAD"):
        exchange.answer(200, "OK")
    else:
        exchange.answer(405, "", [b"Allow: GET, HEAD\r\n"])


def _cannot_listen(config: Config, error: OSError) -> CannotListen:
    where = f"{config.host}:{config.port}"
    if error.errno == errno.EADDRINUSE:
        return CannotListen(
            f"cannot listen on {where}: something does already; end it, or give this gateway another --port"
        )
    return CannotListen(f"cannot listen on {where}: {error}; choose another address with --host and --port")
