"""One POST to a callback's receiver: to an address that was looked up once and checked, and to no other.

No redirect is followed, and of the reply only its status is read.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable, Callable

from ...stack.errors import GatewayError, Refused
from ..queue.callback_url import CallbackUrl, how_to_allow
from .addresses import Address, Allowed

TIMEOUT_S = 30.0
CONNECT_TIMEOUT_S = 5.0
MAX_HEAD_BYTES = 64 * 1024
_STATUS = re.compile(rb"[1-5][0-9]{2}")

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Returns the addresses of a host. Raises OSError."""


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
                reader, writer = await self._connect(url, await self._addresses(url))
                try:
                    framing = f"Host: {url.netloc}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                    writer.writelines((f"POST {url.target} HTTP/1.1\r\n".encode(), lines, framing.encode(), body))
                    return await _status(reader)
                finally:
                    writer.transport.abort()
        except TimeoutError:
            raise NotPosted(f"{url.netloc} did not answer within {TIMEOUT_S:g} s") from None
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            raise NotPosted(f"{url.netloc} could not be posted to: {_written(error)}") from None

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

    async def _connect(
        self, url: CallbackUrl, addresses: list[Address]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if url.is_tls and not self._tls:
            self._tls = await asyncio.to_thread(ssl.create_default_context)  # it reads many files
        name = url.host if url.is_tls else None
        tls = self._tls if url.is_tls else None
        failures: list[str] = []
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    return await asyncio.open_connection(
                        str(address), url.port, ssl=tls, server_hostname=name, limit=MAX_HEAD_BYTES
                    )
            except OSError as error:
                failures.append(f"{address}: {_written(error)}")
        raise ConnectionError("; ".join(failures))


def _written(error: Exception) -> str:
    return str(error) or type(error).__name__


async def _status(reader: asyncio.StreamReader) -> int:
    """Return the status of a reply, past those that only announce one. Raises EOFError, ValueError."""
    while True:
        first = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n", 1)[0].split(None, 2)
        if len(first) < 2 or not first[0].startswith(b"HTTP/1.") or not _STATUS.fullmatch(first[1]):
            raise ValueError("its reply is not HTTP")
        if (status := int(first[1])) >= 200:
            return status
