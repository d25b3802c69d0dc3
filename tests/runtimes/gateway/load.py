"""Steady requests while something else happens: so many a second, whatever becomes of those before."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..processes import TIMEOUT_S

PER_SECOND = 50


@dataclass(frozen=True)
class Answer:
    """What became of a request: its status, or 0 and the error."""

    began_s: float
    ended_s: float
    status: int
    text: str


class Load:
    """Sends requests to a path, each on a connection of its own, until it is told to end."""

    def __init__(self, port: int, target: str, per_second: float) -> None:
        self.answers: list[Answer] = []
        self._port = port
        self._head = (
            f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
        )
        self._interval_s = 1 / per_second
        self._changed = threading.Condition()
        self._ending = threading.Event()

    @property
    def failures(self) -> list[Answer]:
        """The answers that were not 200."""
        return [one for one in self.answers if one.status != 200]

    def wait_for_more(self, count: int) -> None:
        """Wait until so many requests that begin from now on have been answered."""
        began_s = time.monotonic()

        def are_there() -> bool:
            return sum(one.began_s >= began_s for one in self.answers) >= count

        with self._changed:
            assert self._changed.wait_for(are_there, TIMEOUT_S), f"no {count} answers: {self.answers[-5:]}"

    def run(self) -> None:
        """Send until `end`, then wait for the last answers."""
        asyncio.run(self._run())

    def end(self) -> None:
        """Send no more."""
        self._ending.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        next_s, requests = loop.time(), set()
        while not self._ending.is_set():
            request = loop.create_task(self._send())
            requests.add(request)
            request.add_done_callback(requests.discard)
            next_s += self._interval_s
            await asyncio.sleep(next_s - loop.time())
        if requests:
            await asyncio.wait(requests, timeout=TIMEOUT_S)

    async def _send(self) -> None:
        began_s = time.monotonic()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                status, text = await self._exchange()
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            status, text = 0, repr(error)
        with self._changed:
            self.answers.append(Answer(began_s, time.monotonic(), status, text))
            self._changed.notify_all()

    async def _exchange(self) -> tuple[int, str]:
        """Return status and body. Raises OSError, EOFError or ValueError if no whole answer comes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(self._head.encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            rest = await reader.read()
        finally:
            writer.close()
        length = head.partition("content-length:")[2].split("\r\n")[0]
        if length and len(rest) != int(length):
            raise EOFError(f"{len(rest)} of {length} bytes of the body have come")
        if "chunked" in head and not rest.endswith(b"0\r\n\r\n"):
            raise EOFError("the body broke off")
        return int(head.split()[1]), rest.decode()


@contextmanager
def steady_load(port: int, target: str, per_second: float = PER_SECOND) -> Iterator[Load]:
    """Give a load that has begun; it ends with the block, in which its answers may be looked at as they come."""
    load = Load(port, target, per_second)
    thread = threading.Thread(target=load.run)
    thread.start()
    try:
        load.wait_for_more(10)
        yield load
        load.wait_for_more(10)
    finally:
        load.end()
        thread.join(2 * TIMEOUT_S)
