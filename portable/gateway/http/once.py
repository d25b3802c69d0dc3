"""One request on a connection of its own, made in an ordinary task: of the reply only the status is read."""

from __future__ import annotations

import asyncio
from ssl import SSLContext

from . import tasks
from .client import MAX_HEAD_BYTES, NEVER, Connection, Ended
from .headers import host_header


async def get(host: str, port: int, path: str, timeout_s: float) -> int:
    """Return the status of a GET. Raises OSError (TimeoutError when time is up) or ValueError if that is no HTTP."""
    async with asyncio.timeout(timeout_s):
        connection = await connect(host, port)
        lines = (
            f"GET {path} HTTP/1.1\r\n".encode(),
            b"host: %s\r\n" % connection.host,
            b"user-agent: portable-gateway\r\nconnection: close\r\n\r\n",
        )
        try:
            return await status_of(connection, b"".join(lines))
        except Ended as error:
            raise ValueError(f"no HTTP reply came: {error}") from None


async def connect(
    host: str,
    port: int,
    *,
    tls: SSLContext | None = None,
    server_name: str | None = None,
    max_head_bytes: int = MAX_HEAD_BYTES,
) -> Connection:
    """Open a connection for one request, whose time limit is the caller's. Raises OSError."""
    address = host_header(host, port)
    _, connection = await asyncio.get_running_loop().create_connection(
        lambda: Connection(address, [], set(), NEVER, max_head_bytes),
        host,
        port,
        ssl=tls,
        server_hostname=server_name,
    )
    return connection


async def status_of(connection: Connection, request: bytes) -> int:
    """Send a whole request, return its reply's status, and close the connection. Raises Ended.

    A status counts though the head that follows it breaks HTTP's rules: the request has arrived.
    """
    try:
        connection.send(request, is_head=False, is_last=True)
        await tasks.run(connection.begun())
        return connection.status
    except Ended:
        if connection.refused_status:
            return connection.refused_status
        raise
    finally:
        connection.close()
