"""What whoever answers a request sees of it: a Protocol; WireExchange and calls.stored_exchange implement it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ...stack.errors import GatewayError
from .headers import Headers

TEXT = b"Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
"""The header lines of a reply that the gateway itself gives."""


class ClientGone(Exception):
    """The client left: there is nobody to answer."""


class Unreadable(GatewayError):
    """The rest of the request cannot be read: it is answered with `status`, and its connection ends."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Exchange(Protocol):
    """A request and the reply to it; used on the event loop alone.

    `headers` are pairs of lower-case name and value, as they came; `target` is the path and the query, as they came.
    A reply is `begin`, `write` ... and `end`; a handler that leaves it half-way has it broken off.
    """

    method: bytes
    target: bytes
    headers: Headers
    has_body: bool
    is_whole: bool
    """Whether all of the body has come, read or not."""

    @property
    def peer_text(self) -> bytes:
        """The client's `host:port`."""

    async def read(self) -> bytes:
        """Return the next piece of the body, b"" at its end. Raises Unreadable, or ClientGone."""

    def take(self) -> bytes:
        """Return what has come of the body and was not read."""

    def begin(
        self, status: int, lines: Iterable[bytes], length: int | None, piece: bytes = b"", *, is_last: bool = False
    ) -> None:
        """Send the head of the reply and a first piece of its body, or all of it, in one write.

        `lines` are header lines with their ends, checked (`header_lines`) and without those of framing; `length` is
        the body's in bytes, None for one that is not known. Raises ClientGone.
        """

    def write(self, data: bytes) -> None:
        """Send a piece of the body; b"" is nothing. Raises ClientGone, or ValueError if it is over the length."""

    @property
    def is_slow(self) -> bool:
        """Whether the client has not taken what was written; `drained` waits for it."""

    async def drained(self) -> None:
        """Wait until the client has taken enough of what was written."""

    def end(self) -> None:
        """End the reply. Raises ClientGone, or ValueError if it is shorter than its Content-Length said."""

    def fail(self, error: GatewayError, lines: Iterable[bytes] = ()) -> None:
        """Answer an error as plain text; break the reply off if it has begun."""

    def break_off(self) -> None:
        """End the reply so that its receiver sees that it is not whole."""
