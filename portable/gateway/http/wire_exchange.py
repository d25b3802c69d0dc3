"""A request that came on a connection, and the reply that goes back on it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from ...stack.errors import GatewayError
from .exchange import TEXT, ClientGone, Unreadable
from .headers import STATUS_LINES, Headers, date_line

MAX_BUFFERED = 256 * 1024


class ClientConnection(Protocol):
    """What an exchange uses of the connection that it came on."""

    transport: asyncio.Transport
    peer: tuple[str, int]
    peer_text: bytes
    writable: asyncio.Future[None] | None
    is_lost: bool

    @property
    def local(self) -> tuple[str, int]:
        """The address and port that the client reached."""

    @property
    def is_closing(self) -> bool:
        """Whether the server takes no further requests."""

    def expect_piece(self) -> None:
        """Give the client its time to send the next piece of the body."""

    def update_reading(self) -> None:
        """Read on, or not: not while a request waits its turn or a body's pieces wait to be taken."""


class WireExchange:
    """An Exchange on a client's connection."""

    __slots__ = (
        "_buffered",
        "_connection",
        "_expects_continue",
        "_is_chunked",
        "_left",
        "_pieces",
        "_waiter",
        "error",
        "has_begun",
        "has_body",
        "has_ended",
        "headers",
        "is_bodyless",
        "is_http10",
        "is_whole",
        "keeps_alive",
        "method",
        "target",
    )

    def __init__(
        self,
        connection: ClientConnection,
        method: bytes,
        target: bytes,
        headers: Headers,
        is_http10: bool,  # noqa: FBT001  in order: it is made for each request
        keeps_alive: bool,  # noqa: FBT001
        has_body: bool,  # noqa: FBT001
        expects_continue: bool,  # noqa: FBT001
    ) -> None:
        self._connection = connection
        self.method = method
        self.target = target
        self.headers = headers
        self.is_http10 = is_http10
        self.keeps_alive = keeps_alive
        self.has_body = has_body
        self._expects_continue = expects_continue
        self.is_whole = False
        self.error: GatewayError | None = None
        self._pieces: list[bytes] = []
        self._buffered = 0
        self._waiter: asyncio.Future[None] | None = None
        self.has_begun = False
        self.has_ended = False
        self._is_chunked = False
        self._left: int | None = None

    @property
    def peer(self) -> tuple[str, int]:
        """The client's address and port."""
        return self._connection.peer

    @property
    def peer_text(self) -> bytes:
        return self._connection.peer_text

    @property
    def local(self) -> tuple[str, int]:
        """The address and port that the client reached."""
        return self._connection.local

    # The request's body.

    async def read(self) -> bytes:
        while not self._pieces:
            if self.error:
                raise self.error
            if self.is_whole:
                return b""
            if self._connection.is_lost:
                raise ClientGone
            if self._expects_continue and not self.has_begun:
                self._connection.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._expects_continue = False
            self._connection.expect_piece()
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self.take()

    def take(self) -> bytes:
        pieces = self._pieces
        if not pieces:
            return b""
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self._pieces = []
        self._buffered = 0
        self._connection.update_reading()
        return data

    async def read_all(self, limit: int) -> bytes:
        """Return the whole body. Raises Unreadable with 413 if it has more bytes than `limit`."""
        pieces = []
        size = 0
        while piece := await self.read():
            size += len(piece)
            if size > limit:
                raise Unreadable(413, f"the request's body is over {limit} bytes, the most that is taken here")
            pieces.append(piece)
        return b"".join(pieces)

    # The reply.

    def begin(
        self, status: int, lines: Iterable[bytes], length: int | None, piece: bytes = b"", *, is_last: bool = False
    ) -> None:
        connection = self._connection
        if connection.is_lost:
            raise ClientGone
        self.has_begun = True
        out = [STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status, *lines]
        self.is_bodyless = self.method == b"HEAD" or status in (204, 304)
        if length is not None:
            if status != 204:
                out.append(b"Content-Length: %d\r\n" % length)
            self._left = length
        elif self.is_bodyless:
            pass
        elif self.is_http10:
            self.keeps_alive = False
        else:
            self._is_chunked = True
            out.append(b"Transfer-Encoding: chunked\r\n")
        if not self.is_whole or connection.is_closing:
            self.keeps_alive = False
        if not self.keeps_alive:
            out.append(b"Connection: close\r\n")
        elif self.is_http10:
            out.append(b"Connection: keep-alive\r\n")
        out.append(b"\r\n")
        if piece and not self.is_bodyless:
            self._frame(piece, out)
        if is_last:
            self._finish(out)
        connection.transport.write(b"".join(out))

    def write(self, data: bytes) -> None:
        connection = self._connection
        if connection.is_lost:
            raise ClientGone
        if self.is_bodyless or not data:
            return
        out: list[bytes] = []
        self._frame(data, out)
        connection.transport.write(out[0] if len(out) == 1 else b"".join(out))

    @property
    def is_slow(self) -> bool:
        return self._connection.writable is not None

    async def drained(self) -> None:
        if self._connection.writable:
            await self._connection.writable
        if self._connection.is_lost:
            raise ClientGone

    def end(self) -> None:
        out: list[bytes] = []
        self._finish(out)
        if out:
            if self._connection.is_lost:
                raise ClientGone
            self._connection.transport.write(out[0])

    def answer(self, status: int, text: str, lines: Iterable[bytes] = ()) -> None:
        """Send a whole reply of plain text."""
        body = text.encode(errors="replace")
        self.begin(status, (date_line(), TEXT, *lines), len(body), body, is_last=True)

    def fail(self, error: GatewayError, lines: Iterable[bytes] = ()) -> None:
        if self.has_begun:
            self.break_off()
            return
        if isinstance(error, Unreadable):
            self.keeps_alive = False
        self.answer(error.status, f"{error}\n", lines)

    def break_off(self) -> None:
        """Cut the connection, so that the client sees that the reply is not whole."""
        self.has_ended = True
        self.keeps_alive = False
        self._connection.transport.abort()

    # What the reader and the server call.

    def add(self, data: bytes) -> None:
        """Take a piece of the body that came."""
        self._pieces.append(data)
        self._buffered += len(data)
        self._wake()
        if self._buffered > MAX_BUFFERED:
            self._connection.update_reading()

    def finish(self, error: GatewayError | None = None) -> None:
        """Mark the body as whole, or as one that will not be because of `error`."""
        self.error = error
        self.is_whole = error is None
        self._wake()

    def wake_reader(self) -> None:
        """Let whoever reads the body find out that the client left."""
        self._wake()

    @property
    def buffered(self) -> int:
        """How many bytes of the body wait to be read."""
        return self._buffered

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for a piece of the body."""
        return self._waiter is not None

    def _frame(self, data: bytes, out: list[bytes]) -> None:
        if self._is_chunked:
            out += (b"%x\r\n" % len(data), data, b"\r\n")
            return
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                raise ValueError("the reply is longer than its Content-Length")
        out.append(data)

    def _finish(self, out: list[bytes]) -> None:
        if self._left and not self.is_bodyless:
            raise ValueError(f"the reply is {self._left} bytes shorter than its Content-Length")
        if self._is_chunked:
            out.append(b"0\r\n\r\n")
        self.has_ended = True

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)
