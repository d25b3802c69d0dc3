"""A connection to a server, over HTTP/1.1: its replies are read piece by piece, and it is kept open while idle."""

from __future__ import annotations

import asyncio
import select
from typing import cast

import httptools

from .deadlines import Watched
from .headers import Headers
from .tasks import Signal

MAX_BUFFERED = 256 * 1024
MAX_HEAD_BYTES = 256 * 1024
MAX_IDLE = 64
IDLE_S = 1.5  # shorter than any server's own patience (gunicorn's is 2 s): the side that closes first loses no request
FRESH_S = 0.05
NEVER = float("inf")


class Ended(Exception):
    """The server closed the connection, or broke HTTP's rules, before its reply was whole."""


class TimeLimit(Exception):
    """The reply did not begin in time."""


class Connection(asyncio.Protocol):
    """A connection to a server: one request at a time.

    `await begun()` is the reply's head, `await read()` its next piece. After that `release()` keeps the connection for
    the next request if it can be used again; whoever gives a request up closes it.
    """

    def __init__(
        self,
        host: bytes,
        idle: list[Connection],
        watched: set[Watched],
        timeout_s: float,
        max_head_bytes: int = MAX_HEAD_BYTES,
    ) -> None:
        """While it is open, it is one of `watched`; while nothing is in it, one of `idle`."""
        self.host = host
        """The server's address, as a Host header writes it."""
        self.is_reused = False
        self.error: Exception | None = None
        self.refused_status = 0
        """The status of a reply whose head breaks HTTP's rules only after it; else 0."""
        self._idle = idle
        self._watched = watched
        self._timeout_s = timeout_s
        self._max_head_bytes = max_head_bytes
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._changed = Signal()
        self._writable: asyncio.Future[None] | None = None
        self._is_paused = False
        self._deadline_s = NEVER
        self._idle_since_s = 0.0
        self.is_whole = True
        self._is_sending = False
        self._reset(is_head=False)

    def _reset(self, *, is_head: bool) -> None:
        self._is_head = is_head
        self.has_begun = False
        self.status = 0
        self.headers: Headers = []
        self.length: int | None = None
        """What the reply's Content-Length says."""
        self._chunks: list[bytes] = []
        self._buffered = 0
        self._fed_in_head = 0
        self._is_keep_alive = False

    # What whoever sends requests calls.

    def send(self, data: bytes, *, is_head: bool, is_last: bool) -> None:
        """Send a request, or its head if it is not the last of it; `is_head` is for the method HEAD."""
        self._reset(is_head=is_head)
        self.is_whole = False
        self._is_sending = not is_last
        self._deadline_s = self._loop.time() + self._timeout_s
        self._transport.write(data)

    async def send_on(self, data: bytes, *, is_last: bool) -> None:
        """Send more of the request's body, as soon as the server takes it. Does nothing once the connection ended."""
        if self._writable:
            await self._writable
        if self.error or self.is_whole:
            return
        if not self.has_begun:
            self._deadline_s = self._loop.time() + self._timeout_s
        self._is_sending = not is_last
        self._transport.write(data)

    async def begun(self) -> None:
        """Wait for the reply's head. Raises Ended, TimeLimit or what `fail` was given."""
        while not self.has_begun:
            if self.error:
                raise self.error
            await self._changed

    async def read(self) -> bytes:
        """Return what has come of the body, b"" at its end. Raises Ended or what `fail` was given."""
        while not self._chunks:
            if self.is_whole:
                return b""
            if self.error:
                raise self.error
            await self._changed
        return self.take()

    def take(self) -> bytes:
        """Return what has come of the body and not been read."""
        chunks = self._chunks
        if not chunks:
            return b""
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        self._chunks = []
        self._buffered = 0
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()
        return data

    def release(self) -> None:
        """Keep the connection for the next request if it can be used again, close it otherwise."""
        idle = self._idle
        if not self.is_whole or self.error or not self._is_keep_alive or self._is_sending or len(idle) >= MAX_IDLE:
            self.close()
            return
        if self._is_head:  # llhttp waits for the body that a reply to HEAD only announces
            self._parser = httptools.HttpResponseParser(self)
        self.is_reused = True
        self._idle_since_s = now_s = self._loop.time()
        self._deadline_s = now_s + IDLE_S
        idle.append(self)

    def is_usable(self) -> bool:
        """Whether an idle connection is still open, as far as the kernel knows by now."""
        if self.error:
            return False
        if self._loop.time() - self._idle_since_s < FRESH_S:
            return True
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return not poll.poll(0)

    def fail(self, error: Exception) -> None:
        """End the connection; whoever waits for the reply raises `error`."""
        if not self.error:
            self.error = error
            self._transport.abort()
        self._changed.fire()

    @property
    def may_be_repeated(self) -> bool:
        """Whether the server may have closed the connection before it saw the request."""
        return self.is_reused and not self._fed_in_head

    def close(self) -> None:
        """Close the connection; a request that is in it is given up."""
        self.fail(Ended("the gateway gave the request up"))

    def check(self, now_s: float) -> None:
        """Act on a deadline that has passed: of the reply's head, or of idling."""
        if now_s < self._deadline_s:
            return
        if not self.is_whole:
            self.fail(TimeLimit())
        elif self.is_reused:
            self._forget()
            self.close()

    # What the loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self._watched.add(self)

    def data_received(self, data: bytes) -> None:
        if self.is_whole:
            self.fail(Ended("it sent more than its reply"))
            return
        if not self.has_begun:
            self._fed_in_head += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self.is_whole:
                status = self._parser.get_status_code()
                self.refused_status = status if 200 <= status <= 599 else 0
                self.fail(Ended(f"its reply is not HTTP: {error}"))
            else:
                self._is_keep_alive = False
        else:
            if not self.has_begun and self._fed_in_head > self._max_head_bytes:
                self.fail(Ended(f"the head of its reply is over {self._max_head_bytes // 1024} KiB"))
        self._changed.fire()  # only now that the parser is done with the data: who waits may use the connection again

    def eof_received(self) -> None:
        # Without a length and not chunked, the end of the connection is the end of the reply.
        if self.has_begun and not self.is_whole and self.length is None and not self._is_chunked():
            self.is_whole = True
            self._changed.fire()

    def connection_lost(self, exc: Exception | None) -> None:
        self._watched.discard(self)
        if self.is_reused:
            self._forget()
        if not self.error:
            self.error = Ended(f"the connection broke: {exc}" if exc else "it closed the connection")
        self.resume_writing()
        self._changed.fire()

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._writable:
            if not self._writable.done():
                self._writable.set_result(None)
            self._writable = None

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self.is_whole:
            raise Ended("it sent a second reply")
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.has_begun:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        parser = self._parser
        status = parser.get_status_code()
        if status < 200:
            return
        self.status = status
        self._is_keep_alive = parser.should_keep_alive()
        for name, value in self.headers:
            if len(name) == 14 and name.lower() == b"content-length":
                self.length = int(value)
        self.has_begun = True
        self._deadline_s = NEVER
        if self._is_head:
            self.is_whole = True

    def on_body(self, data: bytes) -> None:
        if self.is_whole:
            return
        self._chunks.append(data)
        self._buffered += len(data)
        if self._buffered > MAX_BUFFERED and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if self.has_begun:
            self.is_whole = True

    # Private.

    def _is_chunked(self) -> bool:
        return any(name.lower() == b"transfer-encoding" for name, _ in self.headers)

    def _forget(self) -> None:
        if self in self._idle:
            self._idle.remove(self)
