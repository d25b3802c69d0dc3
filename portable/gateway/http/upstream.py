"""An upstream: an address that requests are sent to, and the connections to it that are idle."""

from __future__ import annotations

import asyncio

from .client import Connection
from .deadlines import Deadlines
from .headers import host_header

CONNECT_TIMEOUT_S = 2.0


class Upstream:
    """An address and its idle connections; used on the event loop alone."""

    __slots__ = ("_host", "_port", "idle")

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self.idle: list[Connection] = []
        """The last one was used last."""

    def reuse(self) -> Connection | None:
        """Return the idle connection that was used last and is still open, or None."""
        idle = self.idle
        while idle:
            connection = idle.pop()
            if connection.is_usable():
                return connection
            connection.close()
        return None

    async def connect(self, deadlines: Deadlines, timeout_s: float) -> Connection:
        """Open a connection; a reply is to begin within `timeout_s`.

        Raises OSError (TimeoutError after 2 s): nothing was delivered then.
        """
        address = host_header(self._host, self._port)
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(address, self.idle, deadlines.watched, timeout_s), self._host, self._port
            )
        return connection

    def close(self) -> None:
        """Close the idle connections."""
        while self.idle:
            self.idle.pop().close()
