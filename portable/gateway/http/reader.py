"""Reading requests: llhttp's callbacks become exchanges, within limits, and without a doubt where each one ends.

What two readers could take for different requests is refused: https://www.rfc-editor.org/rfc/rfc9112#section-11.2
"""

from __future__ import annotations

from collections import deque

import httptools

from .exchange import Unreadable
from .headers import Headers
from .wire_exchange import ClientConnection, WireExchange

MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 256
_NOTED = frozenset((b"expect", b"content-length", b"transfer-encoding"))


class RequestReader:
    """Is fed what comes on a connection: requests come to stand in `queue`, their bodies follow as they come."""

    def __init__(self, connection: ClientConnection, max_body_bytes: int) -> None:
        self._connection = connection
        self._max_body_bytes = max_body_bytes
        self._parser = httptools.HttpRequestParser(self)
        self.queue: deque[WireExchange] = deque()
        """Requests that were read and not taken out."""
        self.receiving: WireExchange | None = None
        """The one whose body is not whole yet."""
        self.is_in_head = False
        self.is_deaf = False
        """What comes is thrown away: a refused request's rest, or something after the last request."""
        self._quiet_bytes = 0
        """How much came that ended no head and was no body."""
        self._is_replaying = False

    def feed(self, data: bytes) -> None:
        """Read on; what cannot be read is a request in `queue` with an error, or the error of the one before."""
        if len(data) > MAX_HEAD_BYTES:
            for start in range(0, len(data), MAX_HEAD_BYTES):
                self.feed(data[start : start + MAX_HEAD_BYTES])
            return
        if self.is_deaf:
            return
        self._quiet_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            self._ignore_upgrade(data[error.args[0] :])
        except httptools.HttpParserError as error:
            if not self.is_deaf:  # after the last request, as it said itself, nothing is an error
                cause = error.__context__
                self.refuse(
                    cause if isinstance(cause, Unreadable) else Unreadable(400, f"the request is not HTTP: {error}")
                )
        else:
            if self._quiet_bytes > MAX_HEAD_BYTES and not self.is_deaf:
                self.refuse(_head_too_large())

    def refuse(self, error: Unreadable) -> None:
        """Read no more: the request that came last is wrong, and is to be answered so in its turn."""
        exchange = self.receiving
        if not exchange:
            exchange = WireExchange(
                self._connection,
                b"GET",
                b"",
                [],
                is_http10=False,
                keeps_alive=False,
                has_body=False,
                expects_continue=False,
            )
            self.queue.append(exchange)
        self.is_deaf = True
        exchange.finish(error)

    def stop(self) -> None:
        """Read no more."""
        self.is_deaf = True
        self.receiving = None
        self.queue.clear()

    # What the parser calls.

    def on_message_begin(self) -> None:
        self.is_in_head = True
        self._quiet_bytes = -MAX_HEAD_BYTES  # what was fed with its beginning is not all its own
        self._head_bytes = self._body_bytes = 0
        self._target = b""
        self._headers: Headers = []
        self._hosts = 0
        self._length = 0
        self._is_chunked = False
        self._expects_continue = False

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes > MAX_HEAD_BYTES or len(self._headers) >= MAX_HEADERS:
            raise _head_too_large()
        if not self.is_in_head:
            return  # trailers say nothing that a function is told
        name = name.lower()
        self._headers.append((name, value))
        if name == b"host":
            self._hosts += 1
        elif name in _NOTED:
            self._note(name, value.strip(b" \t"))

    def on_headers_complete(self) -> None:
        self.is_in_head = False
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
        exchange = WireExchange(
            self._connection,
            parser.get_method(),
            target,
            self._headers,
            is_http10,
            parser.should_keep_alive(),
            self._is_chunked or self._length > 0,
            self._expects_continue and not is_http10,
        )
        self.receiving = exchange
        self.queue.append(exchange)

    def on_body(self, data: bytes) -> None:
        exchange = self.receiving
        if not exchange or exchange.error:
            return
        self._quiet_bytes = 0
        self._body_bytes += len(data)
        if self._body_bytes > self._max_body_bytes:
            raise self._too_large()
        exchange.add(data)

    def on_message_complete(self) -> None:
        exchange = self.receiving
        if not exchange or (self._parser.should_upgrade() and exchange.has_body):
            return
        self._quiet_bytes = 0
        exchange.finish()
        self.receiving = None
        if not exchange.keeps_alive:
            self.is_deaf = True

    # Private.

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
        if self._length > self._max_body_bytes:
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
        exchange = self.receiving
        self._parser = httptools.HttpRequestParser(self)
        if exchange:
            framing = b"Transfer-Encoding: chunked" if self._is_chunked else b"Content-Length: %d" % self._length
            self._is_replaying = True
            self._parser.feed_data(b"POST / HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n" % framing)
        if rest:
            self.feed(rest)

    def _too_large(self) -> Unreadable:
        limit = self._max_body_bytes
        return Unreadable(413, f"the request's body is over {limit} bytes (max_body), the most that is taken")


def _head_too_large() -> Unreadable:
    return Unreadable(431, f"the request's head is over {MAX_HEAD_BYTES} bytes or {MAX_HEADERS} headers")
