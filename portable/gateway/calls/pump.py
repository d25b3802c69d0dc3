"""Runs what is due, so many at a time of each key: the loop's side of lanes.py."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from ...stack.errors import Unavailable
from .lanes import NEVER, Lanes

T = TypeVar("T")
MAX_WAIT_S = 60.0
"""The wall clock may be set: it is looked at again after this."""
WRITE_AGAIN_S = 2.0
FAULT_AGAIN_S = 60.0
_log = logging.getLogger(__name__)


class Timer(Protocol):
    """A call that is to be made later."""

    def cancel(self) -> None:
        """Do not make it."""


class Clock(Protocol):
    """Tells the time, and calls later."""

    def now(self) -> float:
        """Return the seconds since 1970: what is kept outlives this process."""

    def call_later(self, delay_s: float, what: Callable[[], None]) -> Timer:
        """Call `what` on the loop, with no arguments."""


class WallClock:
    """The clock of the machine."""

    def now(self) -> float:
        return time.time()

    def call_later(self, delay_s: float, what: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(delay_s, what)


class Pump:
    """Runs items when they are due; on the event loop alone."""

    def __init__(
        self, run: Callable[[str, int], Awaitable[float | None]], lanes: Lanes, clock: Clock, about: str
    ) -> None:
        """`run` is given key and item, and returns when the item is to run again, None for never."""
        self._run = run
        self._clock = clock
        self._about = about
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._timer: Timer | None = None
        self._is_open = False
        self.lanes = lanes

    def start(self) -> None:
        """Begin to run what is due."""
        self._is_open = True
        self.kick()

    def add(self, key: str, item: int, due_s: float) -> None:
        """Run an item when it is due."""
        self.lanes.add(key, item, due_s)
        self.kick()

    def discard(self, item: int) -> None:
        """Forget an item that waits; break off one that runs."""
        if not self.lanes.discard(item) and (task := self._tasks.get(item)):
            task.cancel()

    def kick(self) -> None:
        """Run what is due now, and see to it that the rest follows."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if not self._is_open:
            return
        now_s = self._clock.now()
        while taken := self.lanes.take(now_s):
            key, item = taken
            self._tasks[item] = asyncio.get_running_loop().create_task(self._work(key, item))
        due_s = self.lanes.next_due_s()
        if due_s < NEVER:
            self._timer = self._clock.call_later(min(max(due_s - now_s, 0.0), MAX_WAIT_S), self.kick)

    async def stop(self, grace_s: float) -> None:
        """Begin nothing more, and break off what has not ended within `grace_s`."""
        self._is_open = False
        self.kick()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=grace_s)
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            _log.warning("%d %s did not end within %g s: they run again", len(self._tasks), self._about, grace_s)
            await asyncio.wait(self._tasks.values())

    async def _work(self, key: str, item: int) -> None:
        due_s = None
        try:
            due_s = await self._run(key, item)
        except Exception:  # noqa: BLE001 - the edge: a fault of the gateway's own must not lose what waits
            _log.exception("%s: number %d of %s failed, and is looked at again", self._about, item, key)
            due_s = self._clock.now() + FAULT_AGAIN_S
        finally:
            del self._tasks[item]
            if due_s is not None:
                self.lanes.add(key, item, due_s)
            self.lanes.release(key)
            self.kick()


async def until_written(write: Callable[[], Awaitable[T]], clock: Clock) -> T:
    """Return what is written, tried again until the file can be: what has come to pass must be known later."""
    while True:
        try:
            return await write()
        except Unavailable:
            again = asyncio.Event()
            clock.call_later(WRITE_AGAIN_S, again.set)
            await again.wait()
