"""A client that sends the bytes it is told to, and reads replies one by one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple


class Reply(NamedTuple):
    """A reply as it was on the wire; `headers` have lower-case names."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    version: str = "HTTP/1.1"

    def header(self, name: str) -> str | None:
        """Return the one value of a header, None if it is absent."""
        values = [value for one, value in self.headers if one == name]
        assert len(values) <= 1, f"{name} is repeated"
        return values[0] if values else None

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Client:
    """One connection to the gateway."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *pieces: bytes) -> None:
        """Send pieces, each in a write of its own that the loop has taken before the next."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0)

    async def ask(self, method: str, target: str, *lines: str, body: bytes = b"") -> Reply:
        """Send a request with these header lines and a body of its length, and return the reply."""
        await self.send(request(method, target, *lines, body=body))
        return await self.reply(is_head=method == "HEAD")

    async def head(self) -> Reply:
        """Read a reply's head."""
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n"))[:-4].decode("latin-1").split("\r\n")
        version, status, _ = first.split(" ", 2)
        pairs = [line.split(": ", 1) for line in lines]
        return Reply(int(status), [(name.lower(), value) for name, value in pairs], b"", version)

    async def reply(self, *, is_head: bool = False) -> Reply:
        """Read a whole reply. Raises IncompleteReadError if it breaks off."""
        head = await self.head()
        if head.status == 100:
            return head
        return head._replace(body=b"" if is_head or head.status in (204, 304) else await self._body(head))

    async def chunk(self) -> bytes:
        """Read one chunk, b"" for the last."""
        size = int(await self.reader.readuntil(b"\r\n"), 16)
        data = await self.reader.readexactly(size)
        assert await self.reader.readexactly(2) == b"\r\n"
        return data

    async def is_closed(self) -> bool:
        """Wait for the gateway to send something, and return whether it closed the connection instead."""
        try:
            return await self.reader.read(1) == b""
        except ConnectionResetError:
            return True

    def leave(self) -> None:
        """Cut the connection."""
        self.writer.transport.abort()

    async def _body(self, head: Reply) -> bytes:
        if head.header("transfer-encoding") == "chunked":
            assert head.header("content-length") is None
            pieces = []
            while piece := await self.chunk():
                pieces.append(piece)
            return b"".join(pieces)
        length = head.header("content-length")
        return await self.reader.read() if length is None else await self.reader.readexactly(int(length))


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    """Give a connection to the gateway."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    client = Client(reader, writer)
    try:
        yield client
    finally:
        client.leave()


async def ask(port: int, method: str, target: str, *lines: str, body: bytes = b"") -> Reply:
    """Ask on a connection of its own."""
    async with connected(port) as client:
        return await client.ask(method, target, *lines, body=body)


def request(method: str, target: str, *lines: str, body: bytes = b"") -> bytes:
    """Return the bytes of a request."""
    head = [f"{method} {target} HTTP/1.1", "Host: gateway.example", *lines]
    if body:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body
