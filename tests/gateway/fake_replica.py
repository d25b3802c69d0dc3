"""A replica that is a tiny HTTP server on loopback; its image's name says how it behaves, see fake_provider.py."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import replace

from gateway.provider import Replica, ReplicaState


class FakeReplica:
    """A replica's server, as long as it runs; used on the provider's loop alone."""

    def __init__(self, replica: Replica, ready: threading.Event, answering: threading.Event) -> None:
        self.replica = replica
        self.probe_status = 200
        """What it answers to probes."""
        self.answered = 0
        self._ready = ready
        self._answering = answering
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thawed = asyncio.Event()
        self._in_flight = 0
        self._idle = asyncio.Event()

    async def start(self) -> None:
        self._thawed.set()
        self._idle.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.replica = replace(self.replica, state=ReplicaState.RUNNING, host="127.0.0.1", port=port, ended="")

    def freeze(self) -> None:
        """Answer nothing."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Go on."""
        self._thawed.set()

    async def stop(self, grace_s: float, ended: str = "") -> None:
        """Take no more requests, finish those in it for a while, and end."""
        self._thawed.set()
        if self._server:
            if grace_s:
                await asyncio.sleep(0.02)  # connections that the kernel has taken are still accepted
            self._server.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(grace_s):
                    await self._idle.wait()
            for writer in list(self._writers):
                writer.transport.abort()
            for task in list(self._connections):
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            self._server = None
        self.replica = replace(self.replica, state=ReplicaState.STOPPED, host="", port=0, ended=ended)

    def _begin(self) -> None:
        self._in_flight += 1
        self._idle.clear()

    def _end(self) -> None:
        self._in_flight -= 1
        if not self._in_flight:
            self._idle.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        self._writers.add(writer)
        try:
            self._begin()
            try:
                head = await _read_head(reader)  # of one who connects only to ask
                while head:
                    writer.write(await self._answer(head, reader))
                    await writer.drain()
                    self._end()
                    head = await _read_head(reader)
                    self._begin()
            finally:
                self._end()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            self._writers.discard(writer)
            writer.transport.abort()

    async def _answer(self, head: bytes, reader: asyncio.StreamReader) -> bytes:
        await _read_body(head, reader)
        path, image = head.split()[1], self.replica.deployment.image
        await self._thawed.wait()
        if path.startswith(b"/_/"):
            is_ready = "never-ready" not in image and ("unready" not in image or self._ready.is_set())
            return _response(self.probe_status if is_ready else 503, b"")
        while "slow" in image and not self._answering.is_set():
            await asyncio.sleep(0.005)
        await self._thawed.wait()
        self.answered += 1
        return _response(200, f"{self.replica.name} {image} {self.replica.revision}".encode())


def _response(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d Any\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body)


async def _read_head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


async def _read_body(head: bytes, reader: asyncio.StreamReader) -> None:
    lines = head.lower().split(b"\r\n")
    for line in lines:
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))
    if b"transfer-encoding: chunked" in lines:
        while size := int((await reader.readline()).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readline()
