"""One GET with a time limit: how replicas are asked whether they are ready."""

from __future__ import annotations

import asyncio

MAX_STATUS_LINE = 8 * 1024


async def get(host: str, port: int, path: str, timeout_s: float) -> int:
    """Return the status of a GET. Raises OSError (TimeoutError when time is up) or ValueError if that is no HTTP."""
    async with asyncio.timeout(timeout_s):
        reader, writer = await asyncio.open_connection(host, port, limit=MAX_STATUS_LINE)
        try:
            lines = (
                f"GET {path} HTTP/1.1\r\n".encode(),
                b"host: %s\r\n" % host_header(host, port),
                b"user-agent: portable-gateway\r\nconnection: close\r\n\r\n",
            )
            writer.write(b"".join(lines))
            return _status(await reader.readline())
        finally:
            writer.transport.abort()  # the body is nobody's concern


def host_header(host: str, port: int) -> bytes:
    """Return an address as a Host header writes it."""
    return f"[{host}]:{port}".encode() if ":" in host else f"{host}:{port}".encode()


def _status(line: bytes) -> int:
    parts = line.split(None, 2)
    if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not parts[1].isdigit():
        raise ValueError(f"{line[:80]!r} is no HTTP reply")
    return int(parts[1])
