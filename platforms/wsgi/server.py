"""One seam, two servers: waitress, small and everywhere, and granian, the fast one.

Both listen, drain on SIGTERM and SIGINT, and leave the rest to the Responder. Draining: probes fail at once, new
requests still get answers for `grace_s`, then until those in flight have theirs (`drain_s` at most).
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .responder import Responder
from .shim import make_application

log = logging.getLogger(__name__)
SERVERS = ("waitress", "granian")
_PACKAGES = {"waitress": "waitress", "granian": "granian uvloop"}
_NO_LIMIT_S = 86_400  # for servers that want a number


class ServerError(Exception):
    """The server cannot start: says what to do."""


@dataclass(frozen=True)
class ServerConfig:
    """How to serve: times in seconds, `read_timeout_s` and `drain_s` of 0 for no limit, the body limit in bytes."""

    server: str = "waitress"
    host: str = "127.0.0.1"
    port: int = 8080
    threads: int = 32
    max_body_bytes: int = 100 * 2**20
    read_timeout_s: float = 30.0
    grace_s: float = 0.0
    drain_s: float = 30.0


def serve(responder: Responder, config: ServerConfig, on_ready: Callable[[], object]) -> int:
    """Serve until SIGTERM or SIGINT and return the exit code: 0, or 1 if requests had to be abandoned.

    `on_ready` is called once the socket listens. Raises ServerError if it cannot.
    """
    run = _serve_waitress if config.server == "waitress" else _serve_granian
    try:
        return run(responder, config, on_ready)
    except OSError as error:
        where = f"{config.host}:{config.port}"
        raise ServerError(f"cannot listen on {where}: {error.strerror or error}; choose another --port") from error
    except ModuleNotFoundError as error:
        raise ServerError(f"{config.server} is not installed: pip install {_PACKAGES[config.server]}") from error


class _Drain:
    """When to stop: asked by whichever loop a server has."""

    def __init__(self, responder: Responder, config: ServerConfig) -> None:
        self._in_flight = responder.in_flight
        self._config = config
        self._began_s = 0.0
        self._exit_code = 0
        responder.on_exit = self.exit

    def begin(self, signum: int = signal.SIGTERM, *_: Any) -> None:
        """Start draining; a signal handler. At SIGINT there is no load balancer to wait for."""
        if not self._in_flight.draining:
            self._began_s = time.monotonic() - (self._config.grace_s if signum == signal.SIGINT else 0)
            self._in_flight.draining = True

    def exit(self, error: BaseException) -> None:
        """Start draining because the function asked for it: its exit code becomes that of the process."""
        code = error.code if isinstance(error, SystemExit) else 1
        self._exit_code = code if isinstance(code, int) else int(code is not None)
        log.error("the function exited: %r", error)
        self.begin()

    def is_over(self) -> bool:
        """Whether the last request has its answer, or the time for that is up."""
        return self._in_flight.draining and self._past_s() >= 0 and (not self._in_flight.count or self.is_late())

    def is_late(self) -> bool:
        """Whether the time is up, for a handler that does not end or a client that does not take its answer."""
        return self._in_flight.draining and 0 < self._config.drain_s < self._past_s()

    def exit_code(self, *, is_unsent: bool) -> int:
        """Return the exit code: 1 (logged) if requests had to be abandoned, else 0 or the function's own."""
        if not self._in_flight.count and not is_unsent:
            return self._exit_code
        count, time_s = self._in_flight.count, self._config.drain_s
        log.error("stopped after %g s with %d requests unanswered, or answers that no client took", time_s, count)
        return 1

    def _past_s(self) -> float:
        return time.monotonic() - self._began_s - self._config.grace_s


def _serve_waitress(responder: Responder, config: ServerConfig, on_ready: Callable[[], object]) -> int:
    from waitress import wasyncore
    from waitress.server import create_server

    sockets: dict[int, Any] = {}
    server = create_server(
        make_application(responder, config.threads),
        map=sockets,
        host=config.host,
        port=config.port,
        threads=config.threads,
        max_request_body_size=config.max_body_bytes,
        channel_timeout=max(1, int(config.read_timeout_s or _NO_LIMIT_S)),
        cleanup_interval=max(1, int((config.read_timeout_s or _NO_LIMIT_S) / 2)),
        # keep reading while a handler runs: a stream whose client has gone ends only so
        channel_request_lookahead=1,
        # a handler may read them; nothing here trusts them
        clear_untrusted_proxy_headers=False,
        ident=None,
    )
    drain = _Drain(responder, config)
    signal.signal(signal.SIGTERM, drain.begin)
    signal.signal(signal.SIGINT, drain.begin)
    on_ready()
    while not drain.is_late() and not (drain.is_over() and not any(map(_has_work, list(sockets.values())))):
        wasyncore.loop(timeout=0.1, map=sockets, count=1)
    is_unsent = any(map(_has_work, list(sockets.values())))
    server.close()
    return drain.exit_code(is_unsent=is_unsent)


def _has_work(channel: Any) -> bool:
    """Whether a waitress channel still has a request, or bytes of an answer that the client has not taken."""
    return bool(getattr(channel, "requests", ()) or getattr(channel, "total_outbufs_len", 0))


def _serve_granian(responder: Responder, config: ServerConfig, on_ready: Callable[[], object]) -> int:
    # granian reports a port that is taken as a RuntimeError with a hundred lines of its own stack
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    socket.create_server((config.host, config.port), family=family).close()
    from uvloop import new_event_loop

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_run_granian(responder, config, on_ready))


async def _run_granian(responder: Responder, config: ServerConfig, on_ready: Callable[[], object]) -> int:
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.server.embed import Server

    from .asgi import Application

    application = Application(
        responder,
        threads=config.threads,
        max_body_bytes=config.max_body_bytes,
        read_timeout_s=config.read_timeout_s or None,
    )
    server = Server(
        application,
        address=config.host,
        port=config.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=max(1, int((config.read_timeout_s or _NO_LIMIT_S) * 1000))),
        websockets=False,
        backlog=1024,
        log_enabled=False,
    )
    # a stream that fails is raised so that granian breaks it off; it is logged where it failed
    logging.getLogger("_granian").setLevel(logging.CRITICAL)
    drain = _Drain(responder, config)
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, drain.begin, signum)
    serving = asyncio.ensure_future(server.serve())
    while not serving.done() and not await _accepts(config):
        await asyncio.sleep(0.005)
    if serving.done():
        await serving  # raises what kept it from listening
    on_ready()
    while not drain.is_over() and not serving.done():
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(serving), 0.1)
    server.stop()  # type: ignore[no-untyped-call]
    while not drain.is_late() and not serving.done():  # until every client has taken its answer
        await asyncio.wait([serving], timeout=0.1)
    return drain.exit_code(is_unsent=not serving.done())


async def _accepts(config: ServerConfig) -> bool:
    """Whether the server takes connections by now: granian does not say when it does."""
    try:
        _, writer = await asyncio.open_connection(config.host, config.port)
    except OSError:
        return False
    writer.close()
    return True
