"""An HTTP/1.1 server on the event loop: llhttp reads what clients send, Exchange is what handlers see of it.

It refuses whatever two readers could take for different requests, and bounds what a client can make it keep.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, cast

import httptools

from .errors import GatewayError
from .exchange import MAX_BUFFERED, ClientGone, Exchange, Unreadable
from .flow import Flow
from .probe import host_header
from .sweeper import Sweeper

MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 256
LINGER_S = 5.0
NEVER = float("inf")
_NOTED = frozenset((b"host", b"expect", b"content-length", b"transfer-encoding"))
_log = logging.getLogger(__name__)

Route = Callable[[Exchange], Coroutine[Any, Any, None]]
"""Answers a request; cancelled when its client leaves."""


class ServerConnection(asyncio.Protocol):
    """A client's connection: reads requests, has them answered one after the other."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._current: Exchange | None = None
        self._flow: Flow | None = None
        self._receiving: Exchange | None = None
        self._queue: deque[Exchange] = deque()
        """Requests that came before the current one was answered."""
        self._is_paused = False
        self._is_deaf = False
        """What comes is thrown away: a refused request's rest, or something after the last request."""
        self._is_in_head = False
        self._quiet_bytes = 0
        """How much came that ended no head and was no body."""
        self._is_replaying = False
        self._read_deadline_s = self._loop.time() + server.read_timeout_s
        self._write_deadline_s = NEVER
        self.writable: asyncio.Future[None] | None = None
        """Pending while the client does not take what is written."""
        self.is_lost = False

    @property
    def is_closing(self) -> bool:
        """Whether the server takes no further requests."""
        return self._server.is_closing

    @property
    def local(self) -> tuple[str, int]:
        """The address and port that the client reached."""
        return _address(self.transport, "sockname")

    # What the loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self.peer = _address(self.transport, "peername")
        self.peer_text = host_header(*self.peer)
        self._server.add(self)

    def data_received(self, data: bytes) -> None:
        if len(data) <= MAX_HEAD_BYTES:
            self._feed(data)
            return
        for start in range(0, len(data), MAX_HEAD_BYTES):
            self._feed(data[start : start + MAX_HEAD_BYTES])

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self._server.remove(self)
        self.resume_writing()
        if self._current:
            self._current.wake_reader()
        if self._flow:
            self._flow.cancel()

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

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._is_in_head = True
        self._quiet_bytes = -MAX_HEAD_BYTES  # what was fed with its beginning is not all its own
        self._head_bytes = 0
        self._target = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._hosts = 0
        self._length = 0
        self._is_chunked = False
        self._expects_continue = False
        if not self._current:
            self._read_deadline_s = self._loop.time() + self._server.read_timeout_s

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes > MAX_HEAD_BYTES or len(self._headers) >= MAX_HEADERS:
            raise _head_too_large()
        if not self._is_in_head:
            return  # trailers say nothing that a function is told
        name = name.lower()
        self._headers.append((name, value))
        if name in _NOTED:
            self._note(name, value.strip(b" \t"))

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        if self._is_replaying:
            return
        parser = self._parser
        is_http10 = parser.get_http_version() == "1.0"
        if self._hosts != 1 or self._is_chunked or self._length or len(self._target) > 1024:
            self._check(is_http10=is_http10)
        target = self._target
        if not target.startswith(b"/"):
            target = self._origin_form(target)
        exchange = Exchange(
            self,
            parser.get_method(),
            target,
            self._headers,
            is_http10,
            parser.should_keep_alive(),
            self._is_chunked or self._length > 0,
            self._expects_continue and not is_http10,
        )
        self._receiving = exchange
        self._queue.append(exchange)

    def on_body(self, data: bytes) -> None:
        exchange = self._receiving
        if not exchange or exchange.error:
            return
        self._quiet_bytes = 0
        exchange.received += len(data)
        if exchange.received > self._server.max_body_bytes:
            raise self._too_large()
        self._read_deadline_s = NEVER
        if exchange.add(data) > MAX_BUFFERED:
            self.update_reading()

    def on_message_complete(self) -> None:
        exchange = self._receiving
        if not exchange or (self._parser.should_upgrade() and exchange.has_body and not self._is_replaying):
            return
        self._quiet_bytes = 0
        exchange.finish()
        self._receiving = None
        if not exchange.keeps_alive:
            self._is_deaf = True

    # What Exchange and the server call.

    def expect_piece(self) -> None:
        """Give the client its time to send the next piece of the body."""
        self._read_deadline_s = self._loop.time() + self._server.read_timeout_s

    def update_reading(self) -> None:
        """Read on, or not: nothing is read while a request waits its turn or a body's pieces wait to be taken."""
        receiving = self._receiving
        is_paused = bool(self._queue) or (receiving is not None and receiving.buffered > MAX_BUFFERED)
        if is_paused != self._is_paused and not self.transport.is_closing():
            self._is_paused = is_paused
            if is_paused:
                self.transport.pause_reading()
            else:
                self.transport.resume_reading()

    def check(self, now_s: float) -> None:
        """Act on a deadline that has passed."""
        if self._write_deadline_s <= now_s:
            self.transport.abort()
        if self._read_deadline_s > now_s:
            return
        self._read_deadline_s = NEVER
        limit = f"{self._server.read_timeout_s:g} s (read_timeout)"
        if self._current:
            if self._current.is_awaited:
                self._refuse(Unreadable(408, f"the next piece of the request's body did not come within {limit}"))
        elif self._is_in_head and not self._is_deaf:
            self._refuse(Unreadable(408, f"the head of the request did not come within {limit}"))
        else:
            self.transport.abort()

    def close_if_idle(self) -> None:
        """Close the connection unless a request is in it."""
        if not self._current:
            self.transport.close()

    # Private.

    def _feed(self, data: bytes) -> None:
        if self._is_deaf:
            return
        self._quiet_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            self._ignore_upgrade(data[error.args[0] :])
        except httptools.HttpParserError as error:
            if self._is_deaf:
                return  # after the last request, as it said itself
            cause = error.__context__
            self._refuse(
                cause if isinstance(cause, Unreadable) else Unreadable(400, f"the request is not HTTP: {error}")
            )
        else:
            if self._quiet_bytes > MAX_HEAD_BYTES and not self._is_deaf:
                self._refuse(_head_too_large())
        if self._queue:
            self._go_on()

    def _note(self, name: bytes, value: bytes) -> None:
        if name == b"host":
            self._hosts += 1
        elif name == b"content-length":
            self._length = int(value)  # llhttp has made sure of digits, and of one
        elif name == b"expect":
            self._expects_continue = value.lower() == b"100-continue"
        elif value.lower() == b"chunked":
            self._is_chunked = True
        else:
            raise Unreadable(501, f"Transfer-Encoding {value[:80]!r} is not supported, only chunked")

    def _check(self, *, is_http10: bool) -> None:
        if self._hosts != 1 and (self._hosts or not is_http10):
            raise Unreadable(400, f"the request has {self._hosts} Host headers instead of one")
        if self._is_chunked and is_http10:
            raise Unreadable(400, "Transfer-Encoding is not of HTTP/1.0")
        if self._length > self._server.max_body_bytes:
            raise self._too_large()
        if len(self._target) > MAX_HEAD_BYTES:
            raise _head_too_large()

    def _origin_form(self, target: bytes) -> bytes:
        """Return the path of `http://host/path`, whose host is then the request's: RFC 9112, 3.2.2."""
        scheme, _, rest = target.partition(b"://")
        if scheme.lower() not in (b"http", b"https"):
            if target == b"*":
                return target
            raise Unreadable(400, f"the request's target {target[:80]!r} is no path, such as /function/NAME")
        host, slash, path = rest.partition(b"/")
        self._headers = [(name, host if name == b"host" else value) for name, value in self._headers]
        return slash + path or b"/"

    def _ignore_upgrade(self, rest: bytes) -> None:
        """Read on as if there were no Upgrade header: llhttp took what follows the head for another protocol.

        Java's own client asks for h2c with every first request, also with those that have a body.
        """
        exchange = self._receiving
        self._parser = httptools.HttpRequestParser(self)
        if exchange:
            framing = b"Transfer-Encoding: chunked" if self._is_chunked else b"Content-Length: %d" % self._length
            self._is_replaying = True
            self._parser.feed_data(b"POST / HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n" % framing)
        if rest:
            self._feed(rest)

    def _too_large(self) -> Unreadable:
        limit = self._server.max_body_bytes
        return Unreadable(413, f"the request's body is over {limit} bytes (max_body), the most that is taken")

    def _refuse(self, error: Unreadable) -> None:
        """Read no more: the request that came last is wrong, and is answered so in its turn."""
        self._is_deaf = True
        exchange = self._receiving
        if exchange:
            exchange.finish(error)
            return
        exchange = Exchange(
            self, b"GET", b"", [], is_http10=False, keeps_alive=False, has_body=False, expects_continue=False
        )
        exchange.finish(error)
        self._queue.append(exchange)
        self._go_on()

    def _go_on(self) -> None:
        """Have the requests that wait answered, one after the other."""
        queue = self._queue
        while queue and not self._current:
            exchange = self._current = queue.popleft()
            self._read_deadline_s = NEVER
            self._flow = Flow(self._answer(exchange))
            self._flow.step()
        if queue or self._is_paused:
            self.update_reading()

    async def _answer(self, exchange: Exchange) -> None:
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

    def _end(self, exchange: Exchange) -> None:
        self._flow = self._current = None
        if self.is_lost:
            return
        if not exchange.has_ended:
            exchange.break_off()
        if not exchange.keeps_alive or self.is_closing or (self._is_deaf and not self._queue):
            self._close_in_peace(exchange)
        elif self._queue:
            self._loop.call_soon(self._go_on)
        else:
            self._read_deadline_s = self._loop.time() + self._server.read_timeout_s

    def _close_in_peace(self, exchange: Exchange) -> None:
        """Close the connection; if more may come, only when the client has had time to read: RFC 9112, 9.6."""
        self._queue.clear()
        if exchange.is_whole or not self.transport.can_write_eof() or self.transport.is_closing():
            self.transport.close()
            return
        self._is_deaf = True
        self._receiving = None
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
        self._sweeper = Sweeper(read_timeout_s)
        self._connections: set[ServerConnection] = set()
        self._all_gone = asyncio.Event()

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: ServerConnection(self), host, port, backlog=4096)
        self._sweeper.start()
        return int(self._listener.sockets[0].getsockname()[1])

    def add(self, connection: ServerConnection) -> None:
        """Take a new connection in."""
        self._connections.add(connection)
        self._sweeper.watched.add(connection)

    def remove(self, connection: ServerConnection) -> None:
        """Let a connection go that ended."""
        self._connections.discard(connection)
        self._sweeper.watched.discard(connection)
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
        self._sweeper.stop()


def _address(transport: asyncio.Transport, which: str) -> tuple[str, int]:
    name = transport.get_extra_info(which)
    return (name[0], name[1]) if isinstance(name, tuple) else ("", 0)


def _head_too_large() -> Unreadable:
    return Unreadable(431, f"the request's head is over {MAX_HEAD_BYTES} bytes or {MAX_HEADERS} headers")
