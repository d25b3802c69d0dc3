"""The body of an HTTP/1.1 request: read whole, with a length or in chunks, up to a limit."""

from __future__ import annotations

import re
from email.message import Message
from io import BufferedIOBase

from .errors import Refused

_LINE_BYTES = 65536
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")


def read_body(headers: Message, stream: BufferedIOBase, limit_bytes: int) -> bytes:
    """Return the whole body that these headers announce. Raises Refused: 413 if too large, 400 if malformed."""
    coding = headers.get("Transfer-Encoding")
    if coding is not None:
        if coding.strip().lower() != "chunked":
            raise _bad()
        return _chunked(stream, limit_bytes)
    lengths = set(headers.get_all("Content-Length", ["0"]))
    length = lengths.pop()
    if lengths or not (length.isascii() and length.isdigit()):
        raise _bad()
    return _exactly(stream, int(length), limit_bytes)


def _chunked(stream: BufferedIOBase, limit_bytes: int) -> bytes:
    """Return a body in chunks: https://www.rfc-editor.org/rfc/rfc9112#section-7.1."""
    body = b""
    while size := _chunk_size(stream.readline(_LINE_BYTES)):
        body += _exactly(stream, size, limit_bytes - len(body))
        stream.readline(_LINE_BYTES)
    while stream.readline(_LINE_BYTES).strip():
        pass  # trailers
    return body


def _chunk_size(line: bytes) -> int:
    size = line.partition(b";")[0].strip()
    if not _SIZE.fullmatch(size):
        raise _bad()
    return int(size, 16)


def _exactly(stream: BufferedIOBase, size: int, limit_bytes: int) -> bytes:
    if size > limit_bytes:
        raise Refused(413, "the body is too large")
    piece = stream.read(size)
    if len(piece) < size:
        raise _bad()
    return piece


def _bad() -> Refused:
    return Refused(400, "the body's length or chunks are malformed")
