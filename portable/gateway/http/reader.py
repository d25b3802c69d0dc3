"""Reading requests: llhttp's callbacks become exchanges, within limits, and without a doubt where each one ends.

What two readers could take for different requests is refused: https://www.rfc-editor.org/rfc/rfc9112#section-11.2
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, cast

import httptools

from .exchange import MAX_BUFFERED, Exchange, Unreadable

if TYPE_CHECKING:
    from .server import HttpServer, ServerConnection

MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 256
NEVER = float("inf")
_NOTED = frozenset((b"expect", b"content-length", b"transfer-encoding"))


class RequestReader(asyncio.Protocol):
    """The reading half of a ServerConnection: requests come to stand in `queue`, their bodies follow as they come."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._current: Exchange | None = None
        """The one that is being answered."""
        self._receiving: Exchange | None = None
        """The one whose body is not whole yet."""
        self._queue: deque[Exchange] = deque()
        """Requests that are not answered yet, and not begun to be."""
        self._is_deaf = False
        """What comes is thrown away: a refused request's rest, or something after the last request."""
        self._is_in_head = False
        self._quiet_bytes = 0
        """How much came that ended no head and was no body."""
        self._is_replaying = False
        self._read_deadline_s = self._loop.time() + server.read_timeout_s

    def data_received(self, data: bytes) -> None:
        if len(data) <= MAX_HEAD_BYTES:
            self._feed(data)
            return
        for start in range(0, len(data), MAX_HEAD_BYTES):
            self._feed(data[start : start + MAX_HEAD_BYTES])

    # What ServerConnection does.

    def go_on(self) -> None:
        """Have the requests that wait answered, one after the other."""
        raise NotImplementedError

    def update_reading(self) -> None:
        """Read on, or not: nothing is read while a request waits its turn or a body's pieces wait to be taken."""
        raise NotImplementedError

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
        if name == b"host":
            self._hosts += 1
        elif name in _NOTED:
            self._note(name, value.strip(b" \t"))

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        if self._is_replaying:
            self._is_replaying = False
            return
        parser = self._parser
        is_http10 = parser.get_http_version() == "1.0"
        if self._hosts != 1 or self._is_chunked or self._length or len(self._target) > 1024:
            self._check(is_http10=is_http10)
        target = self._target
        if not target.startswith(b"/"):
            target = self._origin_form(target)
        exchange = Exchange(
            cast("ServerConnection", self),
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
        if not exchange or (self._parser.should_upgrade() and exchange.has_body):
            return
        self._quiet_bytes = 0
        exchange.finish()
        self._receiving = None
        if not exchange.keeps_alive:
            self._is_deaf = True

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
            if not self._is_deaf:  # after the last request, as it said itself, nothing is an error
                cause = error.__context__
                self._refuse(
                    cause if isinstance(cause, Unreadable) else Unreadable(400, f"the request is not HTTP: {error}")
                )
        else:
            if self._quiet_bytes > MAX_HEAD_BYTES and not self._is_deaf:
                self._refuse(_head_too_large())
        if self._queue:
            self.go_on()

    def _note(self, name: bytes, value: bytes) -> None:
        if name == b"content-length":
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
            cast("ServerConnection", self),
            b"GET",
            b"",
            [],
            is_http10=False,
            keeps_alive=False,
            has_body=False,
            expects_continue=False,
        )
        exchange.finish(error)
        self._queue.append(exchange)
        self.go_on()


def _head_too_large() -> Unreadable:
    return Unreadable(431, f"the request's head is over {MAX_HEAD_BYTES} bytes or {MAX_HEADERS} headers")
