"""An HTTP/1.1 server on the event loop: a connection's requests are answered one after the other, and bounded in time.

reader.py reads them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, cast

from ...stack.errors import GatewayError
from .deadlines import Deadlines
from .exchange import ClientGone, Unreadable
from .headers import host_header
from .reader import RequestReader
from .tasks import EagerTask
from .wire_exchange import MAX_BUFFERED, WireExchange

LINGER_S = 5.0
NEVER = float("inf")
_log = logging.getLogger(__name__)

Route = Callable[[WireExchange], Coroutine[Any, Any, None]]
"""Answers a request, in an EagerTask that is cancelled when its client leaves."""


class ServerConnection(asyncio.Protocol):
    """A client's connection."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._reader = RequestReader(self, server.max_body_bytes)
        self._queue = self._reader.queue
        self._current: WireExchange | None = None
        """The one that is being answered."""
        self._task: EagerTask | None = None
        self._is_paused = False
        self._read_deadline_s = self._loop.time() + server.read_timeout_s
        self._write_deadline_s = NEVER
        self.writable: asyncio.Future[None] | None = None
        """Pending while the client does not take what is written."""
        self.is_lost = False

    @property
    def is_closing(self) -> bool:
        return self._server.is_closing

    @property
    def local(self) -> tuple[str, int]:
        return _address(self.transport, "sockname")

    # What the loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self.peer = _address(self.transport, "peername")
        self.peer_text = host_header(*self.peer)
        self._server.add(self)

    def data_received(self, data: bytes) -> None:
        reader = self._reader
        was_in_head = reader.is_in_head
        reader.feed(data)
        if self._queue:
            self._go_on()
        elif reader.is_in_head and not was_in_head and not self._current:
            self.expect_piece()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self._server.remove(self)
        self._queue.clear()
        self.resume_writing()
        if self._current:
            self._current.wake_reader()
        if self._task:
            self._task.cancel()

    def pause_writing(self) -> None:
        self.writable = self._loop.create_future()
        self._write_deadline_s = self._loop.time() + self._server.read_timeout_s

    def resume_writing(self) -> None:
        self._write_deadline_s = NEVER
        writable = self.writable
        if writable:
            self.writable = None
            if not writable.done():
                writable.set_result(None)

    # What its exchanges call.

    def expect_piece(self) -> None:
        self._read_deadline_s = self._loop.time() + self._server.read_timeout_s

    def update_reading(self) -> None:
        receiving = self._reader.receiving
        is_paused = bool(self._queue) or (receiving is not None and receiving.buffered > MAX_BUFFERED)
        if is_paused != self._is_paused and not self.transport.is_closing():
            self._is_paused = is_paused
            if is_paused:
                self.transport.pause_reading()
            else:
                self.transport.resume_reading()

    # What the server calls.

    def check(self, now_s: float) -> None:
        """Act on a deadline that has passed."""
        if self._write_deadline_s <= now_s:
            self.transport.abort()
        if self._read_deadline_s > now_s:
            return
        self._read_deadline_s = NEVER
        reader, limit = self._reader, f"{self._server.read_timeout_s:g} s (read_timeout)"
        if self._current:
            if self._current.is_awaited:
                reader.refuse(Unreadable(408, f"the next piece of the request's body did not come within {limit}"))
        elif reader.is_in_head and not reader.is_deaf:
            reader.refuse(Unreadable(408, f"the head of the request did not come within {limit}"))
            self._go_on()
        else:
            self.transport.abort()

    def close_if_idle(self) -> None:
        """Close the connection unless a request is in it."""
        if not self._current and not self._queue:
            self.transport.close()

    # Private.

    def _go_on(self) -> None:
        queue = self._queue
        while queue and not self._current:
            exchange = self._current = queue.popleft()
            self._read_deadline_s = NEVER
            self._task = EagerTask(self._answer(exchange))
            self._task.step()
        if queue or self._is_paused:
            self.update_reading()

    async def _answer(self, exchange: WireExchange) -> None:
        try:
            if exchange.error:
                raise exchange.error
            await self._server.route(exchange)
        except ClientGone:
            pass
        except asyncio.CancelledError:
            self.transport.abort()
        except GatewayError as error:
            if not self.is_lost:
                exchange.fail(error)
        except Exception:  # noqa: BLE001 - the edge: a handler's fault is logged, and answered
            _log.exception("answering %r %r failed", exchange.method, exchange.target[:200])
            if not self.is_lost:
                exchange.fail(GatewayError("the gateway failed; its log says how"))
        self._end(exchange)

    def _end(self, exchange: WireExchange) -> None:
        self._task = self._current = None
        if self.is_lost:
            return
        if not exchange.has_ended:
            exchange.break_off()
        if not exchange.keeps_alive or self.is_closing or (self._reader.is_deaf and not self._queue):
            self._close_in_peace(exchange)
        elif self._queue:
            self._loop.call_soon(self._go_on)
        else:
            self._read_deadline_s = self._loop.time() + self._server.read_timeout_s

    def _close_in_peace(self, exchange: WireExchange) -> None:
        """Close the connection; if more may come, only when the client has had time to read: RFC 9112, 9.6."""
        self._reader.stop()
        if exchange.is_whole or not self.transport.can_write_eof() or self.transport.is_closing():
            self.transport.close()
            return
        self._read_deadline_s = self._loop.time() + LINGER_S
        self.transport.write_eof()
        self.update_reading()


class HttpServer:
    """Listens, and keeps its connections until they end or `close` ends them."""

    def __init__(self, route: Route, *, read_timeout_s: float, max_body_bytes: int) -> None:
        self.route = route
        self.read_timeout_s = read_timeout_s
        self.max_body_bytes = max_body_bytes
        self.is_closing = False
        self._deadlines = Deadlines(read_timeout_s)
        self._connections: set[ServerConnection] = set()
        self._all_gone = asyncio.Event()

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: ServerConnection(self), host, port, backlog=4096)
        self._deadlines.start()
        return int(self._listener.sockets[0].getsockname()[1])

    def add(self, connection: ServerConnection) -> None:
        """Take a new connection in."""
        self._connections.add(connection)
        self._deadlines.watched.add(connection)

    def remove(self, connection: ServerConnection) -> None:
        """Let a connection go that ended."""
        self._connections.discard(connection)
        self._deadlines.watched.discard(connection)
        if not self._connections:
            self._all_gone.set()

    async def close(self, grace_s: float) -> None:
        """Take no more connections, let what is in flight end within `grace_s`, break the rest off."""
        self.is_closing = True
        self._listener.close()
        for connection in tuple(self._connections):
            connection.close_if_idle()
        for grace in (grace_s, 1.0):
            if self._connections:
                self._all_gone.clear()
                try:
                    await asyncio.wait_for(self._all_gone.wait(), grace)
                except TimeoutError:
                    _log.warning("%d connections did not end within %g s: breaking off", len(self._connections), grace)
                    for connection in tuple(self._connections):
                        connection.transport.abort()
        self._deadlines.stop()


def _address(transport: asyncio.Transport, which: str) -> tuple[str, int]:
    name = transport.get_extra_info(which)
    return (name[0], name[1]) if isinstance(name, tuple) else ("", 0)
