"""Requests to a gateway, each on a connection of its own: one, many at once, or so many a second meanwhile."""

from __future__ import annotations

import asyncio
import http.client
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from typing import TypeVar

from .report import percentile

T = TypeVar("T")
LIMIT_S = 60.0
EVENLY = repeat(1 / 50)
CELLS = ("requests", "failures", "p50 ms", "p99 ms", "worst ms")
SETTLE_S = 0.5


@dataclass(frozen=True)
class Answer:
    """What became of a request: its status and body, or 0 and the error; times of `time.monotonic`."""

    began_s: float
    ended_s: float
    status: int
    body: bytes

    @property
    def took_ms(self) -> float:
        return 1000 * (self.ended_s - self.began_s)


def call(
    port: int,
    target: str,
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    host: str = "127.0.0.1",
) -> Answer:
    """Send one request and wait for all of its answer."""
    connection = http.client.HTTPConnection(host, port, timeout=LIMIT_S)
    began_s = time.monotonic()
    try:
        connection.request(method, target, body, dict(headers or {}))
        reply = connection.getresponse()
        status, received = reply.status, reply.read()
    except (OSError, http.client.HTTPException) as error:
        status, received = 0, repr(error).encode()
    finally:
        connection.close()
    return Answer(began_s, time.monotonic(), status, received)


def burst(port: int, target: str, count: int) -> list[Answer]:
    """Send so many requests at once and wait for all of their answers."""

    async def send_all() -> list[Answer]:
        return await asyncio.gather(*(_send(port, target) for _ in range(count)))

    return asyncio.run(send_all())


class Load:
    """Requests that go on: `intervals` has the seconds between one and the next, whatever becomes of them."""

    def __init__(self, port: int, target: str, intervals: Iterable[float]) -> None:
        self.answers: list[Answer] = []
        self._port = port
        self._target = target
        self._intervals = iter(intervals)
        self._ending = threading.Event()

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
            next_s += next(self._intervals)
            await asyncio.sleep(next_s - loop.time())
        if requests:
            await asyncio.wait(requests, timeout=LIMIT_S)

    async def _send(self) -> None:
        self.answers.append(await _send(self._port, self._target))


@contextmanager
def steady_load(port: int, target: str, intervals: Iterable[float] = EVENLY) -> Iterator[Load]:
    """Give a load that has begun; it goes on for a while after the block."""
    load = Load(port, target, intervals)
    thread = threading.Thread(target=load.run)
    thread.start()
    try:
        time.sleep(SETTLE_S)
        yield load
        time.sleep(SETTLE_S)
    finally:
        load.end()
        thread.join()


def failures(answers: Iterable[Answer]) -> list[Answer]:
    """Return those that are not 200."""
    return [one for one in answers if one.status != 200]


def cells(answers: Sequence[Answer]) -> Sequence[str]:
    """Return the cells of a table's row under CELLS."""
    took_ms = [one.took_ms for one in answers]
    failed = failures(answers)
    statuses = ", ".join(sorted({str(one.status or one.body.decode()) for one in failed}))
    return (
        str(len(answers)),
        f"{len(failed)} ({statuses})" if failed else "0",
        *(f"{percentile(took_ms, share):.1f}" for share in (0.5, 0.99, 1)),
    )


def until(look: Callable[[], T | None], what: str) -> T:
    """Return what `look` returns once that is true. Raises TimeoutError."""
    give_up_s = time.monotonic() + LIMIT_S
    while not (found := look()):
        if time.monotonic() > give_up_s:
            raise TimeoutError(f"no {what} in {LIMIT_S:g} s")
        time.sleep(0.005)  # between two looks
    return found


async def _send(port: int, target: str) -> Answer:
    began_s = time.monotonic()
    try:
        async with asyncio.timeout(LIMIT_S):
            status, body = await _exchange(port, target)
    except (OSError, EOFError, TimeoutError, ValueError) as error:
        status, body = 0, repr(error).encode()
    return Answer(began_s, time.monotonic(), status, body)


async def _exchange(port: int, target: str) -> tuple[int, bytes]:
    """Return status and body. Raises OSError, EOFError or ValueError if no whole answer comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = (f"POST {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Length: 0", "Connection: close", "", "")
        writer.write("\r\n".join(lines).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        body = await reader.read()
    finally:
        writer.close()
    length = head.partition("content-length:")[2].split("\r\n")[0]
    if not length or len(body) != int(length):
        raise EOFError(f"{len(body)} of {length or 'unknown'} bytes of the body have come")
    return int(head.split()[1]), body
