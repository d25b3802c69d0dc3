"""One POST to a callback's receiver: to an address that was looked up once and checked, and to no other.

No redirect is followed, and of the reply only its status counts.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from ...stack.errors import GatewayError, Refused
from .addresses import Address, Allowed, how_to_allow
from .client import Connection, Ended
from .once import connect, status_of

TIMEOUT_S = 30.0
CONNECT_TIMEOUT_S = 5.0
MAX_HEAD_BYTES = 64 * 1024
PORTS = {"http": 80, "https": 443}

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Returns the addresses of a host. Raises OSError."""


class CallbackUrl(NamedTuple):
    """A URL that can be posted to."""

    is_tls: bool
    host: str
    """A name or an address, without brackets."""
    port: int
    target: str
    """Path and query."""

    @property
    def netloc(self) -> str:
        """Host and port, as a Host header writes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS["https" if self.is_tls else "http"] else f"{host}:{self.port}"


class NotPosted(GatewayError):
    """A callback's receiver could not be reached, or did not answer."""


async def resolve(host: str, port: int) -> list[str]:
    """Ask the resolver of this machine."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(info[4][0]) for info in found]


class Post:
    """Sends POSTs."""

    def __init__(self, allowed: Allowed, look_up: Resolve = resolve) -> None:
        self._allowed = allowed
        self._look_up = look_up
        self._tls: ssl.SSLContext | None = None

    async def send(self, url: CallbackUrl, lines: bytes, body: bytes) -> int:
        """Post header lines and a body, and return the reply's status.

        Raises Refused if the host has no address that may be reached, NotPosted for everything else.
        """
        try:
            async with asyncio.timeout(TIMEOUT_S):
                connection = await self._connect(url, await self._addresses(url))
                framing = f"Host: {url.netloc}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                head = (f"POST {url.target} HTTP/1.1\r\n".encode(), lines, framing.encode())
                status = await status_of(connection, b"".join((*head, body)))
        except TimeoutError:
            raise NotPosted(f"{url.netloc} did not answer within {TIMEOUT_S:g} s") from None
        except (OSError, ValueError, Ended) as error:
            raise NotPosted(f"{url.netloc} could not be posted to: {_written(error)}") from None
        if status > 599:
            raise NotPosted(f"{url.netloc} could not be posted to: its reply is not HTTP: status {status}")
        return status

    async def _addresses(self, url: CallbackUrl) -> list[Address]:
        """Return the addresses that may be reached, looked up once: what they are checked for stays so."""
        found = [ipaddress.ip_address(written) for written in await self._look_up(url.host, url.port)]
        if self._allowed.has_name(url.host):
            return found
        refusals = {address: self._allowed.refusal(address) for address in found}
        usable = [address for address, why in refusals.items() if not why]
        if not usable:
            why = next(iter(refusals.values()), "it has no address")
            raise Refused(f"{url.host} is not called back: {why}; {how_to_allow(url.host)}")
        return usable

    async def _connect(self, url: CallbackUrl, addresses: list[Address]) -> Connection:
        if url.is_tls and not self._tls:
            self._tls = await asyncio.to_thread(ssl.create_default_context)  # it reads many files
        name = url.host if url.is_tls else None
        tls = self._tls if url.is_tls else None
        failures: list[str] = []
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    return await connect(
                        str(address), url.port, tls=tls, server_name=name, max_head_bytes=MAX_HEAD_BYTES
                    )
            except OSError as error:
                failures.append(f"{address}: {_written(error)}")
        raise ConnectionError("; ".join(failures))


def _written(error: Exception) -> str:
    return str(error) or type(error).__name__
