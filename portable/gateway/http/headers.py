"""The lines of a reply's head."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from email.utils import formatdate
from http import HTTPStatus

STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(rb"[^\r\n\0]*")
_date = (0, b"")


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
