"""The bodies of requests: read whole, with a length or in chunks, up to what the front door takes."""

from __future__ import annotations

import re
from email.message import Message
from io import BufferedIOBase

from .doors import Door
from .replies import Reply, message

_LINE_BYTES = 65536
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")


class Refused(Exception):
    """A request that is not read to its end, and what its caller gets."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply


def read_body(headers: Message, stream: BufferedIOBase, door: Door) -> bytes:
    """Return the whole body that these headers announce. Raises Refused if it is too large, or its end not to know."""
    coding = headers.get("Transfer-Encoding")
    if coding is not None:
        if coding.strip().lower() != "chunked":
            raise _bad()
        return _chunked(stream, door)
    lengths = set(headers.get_all("Content-Length", ["0"]))
    length = lengths.pop()
    if lengths or not (length.isascii() and length.isdigit()):
        raise _bad()
    return _exactly(stream, int(length), door, 0)


def _chunked(stream: BufferedIOBase, door: Door) -> bytes:
    """Return a body in chunks: https://www.rfc-editor.org/rfc/rfc9112#section-7.1."""
    body = b""
    while size := _chunk_size(stream.readline(_LINE_BYTES)):
        body += _exactly(stream, size, door, len(body))
        stream.readline(_LINE_BYTES)
    while stream.readline(_LINE_BYTES).strip():
        pass  # trailers
    return body


def _chunk_size(line: bytes) -> int:
    size = line.partition(b";")[0].strip()
    if not _SIZE.fullmatch(size):
        raise _bad()
    return int(size, 16)


def _exactly(stream: BufferedIOBase, size: int, door: Door, before: int) -> bytes:
    if before + size > door.limit_bytes:
        raise Refused(door.too_large)
    piece = stream.read(size)
    if len(piece) < size:
        raise _bad()
    return piece


def _bad() -> Refused:
    return Refused(message(400, "Bad Request"))
