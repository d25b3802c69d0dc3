"""Header fields: as pairs of name and value, and as the lines of a message's head."""

from __future__ import annotations

import re
import time
from collections.abc import Container, Iterable
from email.utils import formatdate
from http import HTTPStatus

from platforms.encoding import HOP_BY_HOP as _NAMES

Headers = list[tuple[bytes, bytes]]
"""Pairs of name and value, in their order."""

HOP_BY_HOP = frozenset(name.encode() for name in _NAMES)
"""In lower case."""

STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(rb"[^\r\n\0]*")
_date = (0, b"")


def host_header(host: str, port: int) -> bytes:
    """Return an address as a Host header writes it."""
    return f"[{host}]:{port}".encode() if ":" in host else f"{host}:{port}".encode()


def date_line() -> bytes:
    """Return the Date header's line; made once a second."""
    global _date
    now_s = int(time.time())
    if _date[0] != now_s:
        _date = (now_s, f"Date: {formatdate(now_s, usegmt=True)}\r\n".encode())
    return _date[1]


def header_lines(headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """Return the lines of headers. Raises ValueError for a name or value that would break out of its line."""
    lines: list[bytes] = []
    for name, value in headers:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"{name[:80]!r}: {value[:80]!r} cannot be a header of a reply")
        lines += (name, b": ", value, b"\r\n")
    return lines


def value_of(headers: Headers, name: bytes) -> bytes:
    """Return the first value of a header, b"" if there is none; `name` is in lower case."""
    return next((value for one, value in headers if one.lower() == name), b"")


def without(headers: Headers, names: Container[bytes]) -> Headers:
    """Return the headers but for some, whose names are in lower case."""
    return [pair for pair in headers if pair[0].lower() not in names]


def pack(headers: Headers) -> bytes:
    """Return headers as lines, as they are on the wire; they are not checked."""
    return b"".join(b"%b: %b\r\n" % pair for pair in headers)


def unpack(lines: bytes) -> Headers:
    """Return the headers that lines are of."""
    pairs = (line.partition(b": ") for line in lines.split(b"\r\n") if line)
    return [(name, value) for name, _, value in pairs]
