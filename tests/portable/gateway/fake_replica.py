"""A replica that is a tiny HTTP server on loopback; its image's name says how it behaves, see fake_provider.py."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from dataclasses import replace
from functools import partial

from portable.gateway.providers.base import Replica, ReplicaState


class FakeReplica:
    """A replica's server, as long as it runs; used on the provider's loop alone."""

    def __init__(self, replica: Replica, ready: threading.Event, answering: threading.Event) -> None:
        self.replica = replica
        self.probe_statuses: dict[bytes, int] = {}
        """What it answers to probes, by path, if not 200."""
        self.answered = 0
        self._ready = ready
        self._answering = answering
        self._listener: socket.socket | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._busy: set[socket.socket] = set()
        """Connections that an answer is owed to: those that were taken and have not said a word are among them."""
        self._thawed = asyncio.Event()
        self._idle = asyncio.Event()

    async def start(self) -> None:
        self._thawed.set()
        self._idle.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        asyncio.get_running_loop().add_reader(self._listener, self._accept, self._listener)
        port = self._listener.getsockname()[1]
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
        if self._listener:
            if grace_s:
                await asyncio.sleep(0.02)  # connections that the kernel has taken are still accepted
            self._close_listener()
            with suppress(TimeoutError):
                async with asyncio.timeout(grace_s):
                    await self._idle.wait()
            for task in list(self._connections):
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
        self.replica = replace(self.replica, state=ReplicaState.STOPPED, host="", port=0, ended=ended)

    def _accept(self, listener: socket.socket) -> None:
        """Take a connection. asyncio's own server loses those that it takes while it is closed."""
        with suppress(BlockingIOError):
            connection, _ = listener.accept()
            connection.setblocking(False)
            self._owe(connection)
            task = asyncio.create_task(self._serve(connection))
            self._connections.add(task)
            task.add_done_callback(partial(self._end, connection))

    def _close_listener(self) -> None:
        listener, self._listener = self._listener, None
        if listener:  # else it is stopped twice at a time
            asyncio.get_running_loop().remove_reader(listener)
            listener.close()

    def _owe(self, connection: socket.socket) -> None:
        self._busy.add(connection)
        self._idle.clear()

    def _settle(self, connection: socket.socket) -> None:
        self._busy.discard(connection)
        if not self._busy:
            self._idle.set()

    def _end(self, connection: socket.socket, task: asyncio.Task[None]) -> None:
        self._connections.discard(task)
        self._settle(connection)
        connection.close()

    async def _serve(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            while head := await _read_head(reader):
                self._owe(connection)
                writer.write(await self._answer(head, reader))
                await writer.drain()
                self._settle(connection)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def _answer(self, head: bytes, reader: asyncio.StreamReader) -> bytes:
        await _read_body(head, reader)
        path, image = head.split()[1], self.replica.deployment.image
        await self._thawed.wait()
        if path.startswith(b"/_/"):
            is_ready = "never-ready" not in image and ("unready" not in image or self._ready.is_set())
            return _response(self.probe_statuses.get(path, 200) if is_ready else 503, b"")
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
