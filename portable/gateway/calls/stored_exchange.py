"""A stored request as the Exchange of an Invocation: nobody waits at its other end, and its reply is collected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...stack.errors import GatewayError
from ..http.exchange import TEXT
from ..http.headers import Headers, date_line, unpack, value_of

_INTERNAL = b"x-openfaas-internal"


class Reply(NamedTuple):
    """What came of a stored request."""

    status: int
    lines: bytes
    """Its headers, packed."""
    body: bytes | None
    """None if it was larger than what is kept."""
    size: int
    error: str = ""
    """Why there is no reply of the function's own; "" if there is one."""


class StoredExchange:
    """An Exchange whose request is whole, and of whose reply at most `max_bytes` are kept."""

    __slots__ = (
        "_body",
        "_error",
        "_has_begun",
        "_has_ended",
        "_lines",
        "_max_bytes",
        "_pieces",
        "_size",
        "_status",
        "has_body",
        "headers",
        "method",
        "target",
    )

    peer_text = b"127.0.0.1"
    is_slow = False
    is_whole = True

    def __init__(
        self, target: bytes, headers: Headers, body: bytes, *, max_bytes: int, method: bytes = b"POST"
    ) -> None:
        self.method = method
        self.target = target
        self.headers = headers
        self.has_body = bool(body)
        self._body = body
        self._max_bytes = max_bytes
        self._has_begun = False
        self._has_ended = False
        self._status = 0
        self._lines = b""
        self._pieces: list[bytes] | None = []
        self._size = 0
        self._error = ""

    @property
    def reply(self) -> Reply:
        """What was answered; the gateway's own fault if it was not whole."""
        body = None if self._pieces is None else b"".join(self._pieces)
        if not self._has_ended:
            return Reply(502, b"", b"", 0, self._error or "the function's reply broke off")
        error = self._error
        if not error and self._status >= 400 and (source := value_of(unpack(self._lines), _INTERNAL)):
            error = f"answered {self._status} by {source[:80].decode('latin-1')}"
        return Reply(self._status, self._lines, body, self._size, error)

    async def read(self) -> bytes:
        return self.take()

    def take(self) -> bytes:
        body, self._body = self._body, b""
        return body

    def begin(
        self, status: int, lines: Iterable[bytes], length: int | None, piece: bytes = b"", *, is_last: bool = False
    ) -> None:
        self._has_begun = True
        self._status = status
        self._lines = b"".join(lines)
        self.write(piece)
        self._has_ended = is_last

    def write(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._max_bytes:
            self._pieces = None
        if self._pieces is not None and data:
            self._pieces.append(data)

    async def drained(self) -> None:
        pass

    def end(self) -> None:
        self._has_ended = True

    def fail(self, error: GatewayError, lines: Iterable[bytes] = ()) -> None:
        self._error = str(error)
        if self._has_begun:
            self.break_off()
        else:
            body = f"{error}\n".encode(errors="replace")
            self.begin(error.status, (date_line(), TEXT, *lines), len(body), body, is_last=True)

    def break_off(self) -> None:
        self._has_ended = False
