"""The headers that the proxy takes out, adds and leaves as they are, towards the replica and towards the client.

As faas-provider's proxy has them: https://github.com/openfaas/faas-provider/blob/master/proxy/proxy.go
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator

from .. import VERSION
from ..http.exchange import Exchange
from ..http.headers import HOP_BY_HOP, Headers, date_line, without
from .page_sandbox import PageSandbox

_CALL_ID = re.compile(rb"[!-~]{1,128}")
_SERVED_BY = f"X-Served-By: portable-gateway/{VERSION}\r\n".encode()
_IN_REQUEST = HOP_BY_HOP.union(
    b"authorization content-length expect host x-call-id x-start-time x-forwarded-for x-forwarded-host".split()
)
_IN_REPLY = HOP_BY_HOP.union(b"content-length date x-call-id x-start-time x-served-by".split())
_HARMLESS = (b"keep-alive", b"close", b"Keep-Alive", b"Close")
_AT_ONCE = 32
_UUID = re.compile(rb"(.{8})(.{4})(.{4})(.{4})(.{12})")
_UUID_MASK = int("ffffffffffff0fff3fffffffffffffff" * _AT_ONCE, 16)
_UUID_BITS = int("00000000000040008000000000000000" * _AT_ONCE, 16)
_WITH_LENGTH = (b"POST", b"PUT", b"PATCH")


def request_lines(exchange: Exchange, sandbox: PageSandbox | None) -> tuple[list[bytes], bytes, bytes]:
    """Return the header lines for the replica, then the call's id, and when it began in ns since 1970.

    Host is not among them: as on a cluster it is the replica's own address; the client's is X-Forwarded-Host.
    """
    call_id = host = b""
    lines: list[bytes] = []
    forwarded: list[bytes] = []
    for name, value in exchange.headers:
        if name not in _IN_REQUEST:
            lines += (name, b": ", value, b"\r\n")
        elif name == b"host":
            host = value
        elif name == b"connection" and value not in _HARMLESS:
            exchange.headers = _without_named(exchange.headers)
            return request_lines(exchange, sandbox)
        elif name == b"x-call-id":
            call_id = value
        elif name == b"x-forwarded-for" or name == b"x-forwarded-host":
            forwarded.append(name)
            lines += (name, b": ", value, b"\r\n")
        elif name == b"authorization" and not (sandbox and sandbox.hides(value)):
            lines += (name, b": ", value, b"\r\n")
    if not call_id or not _CALL_ID.fullmatch(call_id):
        call_id = next(_call_ids)
    started = b"%d" % time.time_ns()
    lines += (b"X-Call-Id: ", call_id, b"\r\nX-Start-Time: ", started, b"\r\n")
    if b"x-forwarded-for" not in forwarded:
        lines += (b"X-Forwarded-For: ", exchange.peer_text, b"\r\n")
    if host and b"x-forwarded-host" not in forwarded:
        lines += (b"X-Forwarded-Host: ", host, b"\r\n")
    if exchange.has_body:
        lines.append(b"Transfer-Encoding: chunked\r\n")
    elif exchange.method in _WITH_LENGTH:
        lines.append(b"Content-Length: 0\r\n")
    return lines, call_id, started


def reply_lines(headers: Headers, call_id: bytes, started: bytes) -> list[bytes]:
    """Return the header lines for the client, without those of framing; what a header is called stays as it is."""
    lines: list[bytes] = []
    has_date = False
    for name, value in headers:
        lower = name.lower()
        if lower not in _IN_REPLY:
            lines += (name, b": ", value, b"\r\n")
        elif lower == b"date":
            has_date = True
            lines += (b"Date: ", value, b"\r\n")
        elif lower == b"connection" and value not in _HARMLESS:
            return reply_lines(_without_named(headers), call_id, started)
    if not has_date:
        lines.append(date_line())
    lines += own_lines(call_id, started)
    return lines


def own_lines(call_id: bytes, started: bytes) -> tuple[bytes, ...]:
    """Return the lines that every reply to a call has."""
    return (b"X-Call-Id: ", call_id, b"\r\nX-Start-Time: ", started, b"\r\n", _SERVED_BY)


def _without_named(headers: Headers) -> Headers:
    """Return the headers without Connection, and without those that it says are for the next hop alone."""
    values = b",".join(value for name, value in headers if name.lower() == b"connection")
    named = {b"connection", *(token.strip(b" \t").lower() for token in values.split(b","))} - {b"host"}
    return without(headers, named)


def _uuids() -> Iterator[bytes]:
    """Yield version 4 UUIDs; made by the dozen, one costs a tenth of uuid.uuid4()'s time."""
    while True:
        drawn = int.from_bytes(os.urandom(16 * _AT_ONCE), "big") & _UUID_MASK | _UUID_BITS
        written = drawn.to_bytes(16 * _AT_ONCE, "big").hex().encode()
        yield from _UUID.sub(rb"\1-\2-\3-\4-\5 ", written).split()


_call_ids = _uuids()
