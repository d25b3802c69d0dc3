"""Deadlines of many connections under one timer: one for each request would cost more than its other bookkeeping."""

from __future__ import annotations

import asyncio
from typing import Protocol


class Watched(Protocol):
    """What has deadlines."""

    def check(self, now_s: float) -> None:
        """Act if a deadline has passed; `now_s` is the loop's time."""


class Deadlines:
    """Checks everything in `watched` at least eight times within the shortest limit, and once a second."""

    def __init__(self, shortest_s: float) -> None:
        self._period_s = min(1.0, shortest_s / 8)
        self._timer: asyncio.TimerHandle | None = None
        self.watched: set[Watched] = set()

    def start(self) -> None:
        """Begin; on the event loop."""
        self._timer = asyncio.get_running_loop().call_later(self._period_s, self._check_all)

    def stop(self) -> None:
        """End."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _check_all(self) -> None:
        self.start()
        now_s = asyncio.get_running_loop().time()
        for one in tuple(self.watched):
            one.check(now_s)
