"""A clock that stands still until the test moves it: a Clock of calls/pump.py."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable

START_S = 1_800_000_000.0


class FakeTimer:
    """What a FakeClock is to call."""

    def __init__(self, what: Callable[[], None]) -> None:
        self._what: Callable[[], None] | None = what

    def cancel(self) -> None:
        self._what = None

    def fire(self) -> None:
        """Call it, unless it was cancelled."""
        if self._what:
            self._what()


class FakeClock:
    """A clock that stands still until the test moves it."""

    def __init__(self, now_s: float = START_S) -> None:
        self.now_s = now_s
        self._timers: list[tuple[float, int, FakeTimer]] = []
        self._order = itertools.count()

    def now(self) -> float:
        return self.now_s

    def call_later(self, delay_s: float, what: Callable[[], None]) -> FakeTimer:
        timer = FakeTimer(what)
        if delay_s <= 0:
            asyncio.get_running_loop().call_soon(timer.fire)
        else:
            heapq.heappush(self._timers, (self.now_s + delay_s, next(self._order), timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Let time pass, and call what is due meanwhile."""
        end_s = self.now_s + seconds
        while self._timers and self._timers[0][0] <= end_s:
            self.now_s, _, timer = heapq.heappop(self._timers)
            timer.fire()
        self.now_s = end_s
