"""What replicas answer in these tests, and waiting for a call to have been tried."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from ..peers.upstream import Peer, Script
from .gateways import AsyncGateway

RETRY = "com.openfaas.retry."
QUICK = {f"{RETRY}attempts": "4", f"{RETRY}min_wait": "10s", f"{RETRY}max_wait": "15s"}


def statuses(*heads: str) -> Script:
    """Return a script that answers with these status lines and headers, one after the other, and then with 200."""
    left: Iterator[str] = iter(heads)

    async def script(peer: Peer) -> None:
        await peer.read_body()
        head = next(left, "200 OK")
        await peer.send(f"HTTP/1.1 {head}\r\nContent-Length: 4\r\n\r\nbody".encode())

    return script


class Gate:
    """A script whose answers wait to be let go, and what came."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._open = asyncio.Event()

    async def script(self, peer: Peer) -> None:
        await peer.read_body()
        self.seen.append(peer.request.line.split()[1].strip("/"))
        await self._open.wait()
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async def has(self, count: int) -> Sequence[str]:
        """Wait until so many requests came."""
        while len(self.seen) < count:
            await asyncio.sleep(0.003)
        return self.seen

    def open(self) -> None:
        self._open.set()


async def attempted(it: AsyncGateway, call_id: str, attempts: int) -> dict[str, object]:
    """Return a call once it waits after so many attempts."""
    return await it.when(call_id, lambda call: call["state"] == "waiting" and call["attempts"] == attempts)
