"""Requests through the gateway's path of a call, with nothing else of it: from a socket to a replica's and back."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.gateway_alone import proxy_to
from portable.gateway.config import Config
from portable.gateway.history.service import History
from portable.gateway.server import running

from .counting import MEASURED, WARM, Opcodes, counting, usual

REQUEST = b"GET /function/up HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n%s\r\n"
EIGHT_HEADERS = b"".join(
    [
        b"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n",
        b"Accept: application/json, text/plain, */*\r\n",
        b"Accept-Encoding: gzip, deflate, br\r\n",
        b"Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n",
        b"Cookie: session=0123456789abcdef\r\n",
        b"Referer: https://www.example.com/meditate\r\n",
        b"X-Forwarded-For: 192.0.2.44\r\n",
        b"X-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n",
    ]
)
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


class Up(asyncio.Protocol):
    """A replica that answers each request at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer: a request comes in one piece here."""
        assert isinstance(self._transport, asyncio.WriteTransport)
        self._transport.write(REPLY)


def get(headers: bytes = b"") -> int:
    """Return the opcodes of a GET, all of them on the event loop."""
    with counting() as opcodes:
        return usual(asyncio.run(_counts(opcodes, REQUEST % headers)))


async def _counts(opcodes: Opcodes, request: bytes) -> list[int]:
    replica = await asyncio.get_running_loop().create_server(Up, "127.0.0.1", 0)
    port: int = replica.sockets[0].getsockname()[1]
    counts = []
    with tempfile.TemporaryDirectory() as folder, closing(History.open(Config(state_dir=Path(folder)))) as history:
        async with running(Config(port=0), lambda _environ, _start: [], proxy_to(port, history), None) as gateway_port:
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway_port)
            for _ in range(WARM + MEASURED):
                before = opcodes.count
                writer.write(request)
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK\r\n")
                assert await reader.readexactly(2) == b"ok"
                for _ in range(3):  # turns of the loop: what comes after the reply is of the request too
                    await asyncio.sleep(0)
                counts.append(opcodes.count - before)
            writer.close()
    replica.close()
    return counts


CASES: dict[str, Callable[[], int]] = {
    "gateway, GET": get,
    "gateway, GET with eight headers": lambda: get(EIGHT_HEADERS),
}
