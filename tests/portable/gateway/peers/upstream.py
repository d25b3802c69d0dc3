"""A replica that answers by script: what it was sent is kept, and a test says which bytes it sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Request:
    """A request as it came: its first line, its headers with lower-case names, its body if a script read it."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the one value of a header, None if it is absent."""
        values = [value for one, value in self.headers if one == name]
        assert len(values) <= 1, f"{name} is repeated"
        return values[0] if values else None


@dataclass
class Peer:
    """One connection of the gateway's, as a script sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: Request

    async def chunk(self) -> bytes:
        """Read one chunk of the request's body, b"" for the last."""
        size = int(await self.reader.readuntil(b"\r\n"), 16)
        data = await self.reader.readexactly(size)
        assert await self.reader.readexactly(2) == b"\r\n"
        return data

    async def read_body(self) -> bytes:
        """Read the request's body; b"" if it has none."""
        if self.request.header("transfer-encoding") == "chunked":
            pieces = []
            while piece := await self.chunk():
                pieces.append(piece)
            self.request.body = b"".join(pieces)
        return self.request.body

    async def send(self, *pieces: bytes) -> None:
        """Send bytes."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def is_left(self) -> bool:
        """Wait until the gateway ends the connection."""
        try:
            return await self.reader.read(1) == b""
        except ConnectionResetError:
            return True

    def cut(self) -> None:
        """Break the connection off."""
        self.writer.transport.abort()


Script = Callable[[Peer], Awaitable[None]]


@dataclass
class Upstream:
    """A replica."""

    script: Script
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Have the script answer each request of a connection, until one of the two ends it."""
        self.connections += 1
        self.open.add(writer)
        try:
            while True:
                first, *lines = (await reader.readuntil(b"\r\n\r\n"))[:-4].decode("latin-1").split("\r\n")
                pairs = [line.split(": ", 1) for line in lines]
                request = Request(first, [(name.lower(), value) for name, value in pairs])
                self.requests.append(request)
                await self.script(Peer(reader, writer, request))
                if writer.is_closing():
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open.discard(writer)
            writer.transport.abort()

    def cut_all(self) -> None:
        """Break off every connection."""
        for writer in self.open:
            writer.transport.abort()


@asynccontextmanager
async def replica(script: Script) -> AsyncIterator[Upstream]:
    """Give a replica that listens."""
    upstream = Upstream(script)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(upstream.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=2**22)
    upstream.port = server.sockets[0].getsockname()[1]
    try:
        yield upstream
    finally:
        server.close()
        upstream.cut_all()
        for task in tuple(tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def answers(body: bytes = b"hello", *lines: str, status: str = "200 OK") -> Script:
    """Return a script that reads the request and answers it with a length."""
    head = "\r\n".join((f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}"))

    async def script(peer: Peer) -> None:
        await peer.read_body()
        is_head = peer.request.line.startswith("HEAD ")
        await peer.send(head.encode("latin-1") + b"\r\n\r\n" + (b"" if is_head else body))

    return script


def sends(*pieces: bytes, ends: bool = False) -> Script:
    """Return a script that reads the request and sends these bytes; if it `ends`, the connection then."""

    async def script(peer: Peer) -> None:
        await peer.read_body()
        await peer.send(*pieces)
        if ends:
            peer.writer.close()

    return script


async def unused_port() -> int:
    """Return a port that nothing listens on."""
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    return port
