"""Where a recorded call goes: the request passed on as it came, and the reply as it comes back, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from platforms.encoding import HOP_BY_HOP

from ..emulators.errors import Broken
from ..emulators.messages import Request
from .errors import ReplayError

_PIECE_BYTES = 65536


class Unreachable(Exception):
    """Nobody answers there; says why."""


@dataclass(frozen=True)
class Upstream:
    """The server that calls are passed on to; `path` stands before the path of each."""

    url: str
    host: str
    is_tls: bool
    path: str

    @contextmanager
    def ask(self, request: Request) -> Iterator[HTTPResponse]:
        """Send a request and give the reply, of which the head is read. Raises Unreachable."""
        connection = HTTPSConnection(self.host) if self.is_tls else HTTPConnection(self.host)
        try:
            try:
                self._send(request, connection)
                response = connection.getresponse()
            except (OSError, HTTPException, ValueError) as error:
                raise Unreachable(f"{self.url} does not answer: {error}") from error
            yield response
        finally:
            connection.close()

    def _send(self, request: Request, connection: HTTPConnection) -> None:
        connection.putrequest(request.method, self.path + request.target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", self.host)
        for name, value in end_to_end(request.headers):
            if name.lower() not in ("host", "content-length", "expect"):
                connection.putheader(name, value)
        connection.putheader("Connection", "close")
        if request.body or request.method not in ("GET", "HEAD", "OPTIONS", "DELETE"):
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body)


def upstream(url: str) -> Upstream:
    """Return what a URL names. Raises ReplayError if it is none of http or https, or has a user or a query."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError("it is the address of no server")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError("it has a user, a query or a fragment")
    except ValueError as error:
        raise ReplayError(f"cannot record {url!r}: {error}; it takes one such as http://127.0.0.1:8080") from None
    return Upstream(url, parts.netloc, parts.scheme == "https", parts.path.rstrip("/"))


def pieces(response: HTTPResponse) -> Iterator[tuple[bytes, bool]]:
    """Give a reply's body as it comes, each piece with whether it is the last; none of a body whose length is 0.

    Raises Broken if it ends too early.
    """
    length, received = response.length, 0
    try:
        while received != length and (piece := response.read1(_PIECE_BYTES)):
            received += len(piece)
            yield piece, received == length
    except (OSError, HTTPException) as error:
        raise Broken(f"the reply broke off: {error}") from error
    if length is None:
        yield b"", True
    elif received < length:
        raise Broken(f"the reply broke off: {received} bytes came of {length}")


def end_to_end(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return headers without those that speak of one connection."""
    pairs = list(headers)
    named = ",".join(value for name, value in pairs if name.lower() == "connection")
    dropped = HOP_BY_HOP | {name.strip().lower() for name in named.split(",")}
    return [pair for pair in pairs if pair[0].lower() not in dropped]
