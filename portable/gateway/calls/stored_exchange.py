"""A stored request as the exchange of an Invocation: nobody waits at its other end, and its reply is collected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from ...stack.errors import GatewayError
from ..http.exchange import Exchange
from ..queue.models import Headers, Reply, unpack

if TYPE_CHECKING:
    from ..http.server import ServerConnection

INTERNAL = b"x-openfaas-internal"


class StoredExchange(Exchange):
    """A request that is whole, and the reply to it, of which at most so many bytes are kept."""

    __slots__ = ("_error", "_head", "_max_bytes", "_reply_pieces", "_size", "_status")

    def __init__(
        self, target: bytes, headers: Headers, body: bytes, *, max_bytes: int, method: bytes = b"POST"
    ) -> None:
        nobody = cast("ServerConnection", None)  # everything that would use a connection is overridden
        super().__init__(
            nobody,
            method,
            target,
            headers,
            is_http10=False,
            keeps_alive=False,
            has_body=bool(body),
            expects_continue=False,
        )
        self.is_whole = True
        if body:
            self._pieces.append(body)
        self._max_bytes = max_bytes
        self._status = 0
        self._head = b""
        self._reply_pieces: list[bytes] | None = []
        self._size = 0
        self._error = ""

    @property
    def reply(self) -> Reply:
        """What was answered; the gateway's own fault if it was not whole."""
        body = None if self._reply_pieces is None else b"".join(self._reply_pieces)
        if not self.has_ended:
            return Reply(502, b"", b"", 0, self._error or "the function's reply broke off")
        error = self._error
        if not error and self._status >= 400 and (source := _value(unpack(self._head), INTERNAL)):
            error = f"answered {self._status} by {source}"
        return Reply(self._status, self._head, body, self._size, error)

    # What Invocation calls.

    @property
    def peer_text(self) -> bytes:
        return b"127.0.0.1"

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)

    def begin(
        self, status: int, lines: Iterable[bytes], length: int | None, piece: bytes = b"", *, is_last: bool = False
    ) -> None:
        self.has_begun = True
        self._status = status
        self._head = b"".join(lines)
        self.write(piece)
        self.has_ended = is_last

    def write(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._max_bytes:
            self._reply_pieces = None
        if self._reply_pieces is not None and data:
            self._reply_pieces.append(data)

    @property
    def is_slow(self) -> bool:
        return False

    async def drained(self) -> None:
        pass

    def end(self) -> None:
        self.has_ended = True

    def fail(self, error: GatewayError, lines: Iterable[bytes] = ()) -> None:
        super().fail(error, lines)
        self._error = str(error)

    def break_off(self) -> None:
        self.has_ended = False


def _value(headers: Headers, name: bytes) -> str:
    return next((value.decode("latin-1")[:80] for one, value in headers if one.lower() == name), "")
