"""What runs next: each key has a lane of its own, so that none waits behind another's slow, failing or sleeping ones.

Only bookkeeping: no clock and no loop.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

NEVER = float("inf")


class _Lane:
    __slots__ = ("held_until_s", "running", "waiting")

    def __init__(self) -> None:
        self.waiting: list[tuple[float, int, int]] = []
        """A heap of when it is due, its number in the order, and the item."""
        self.running = 0
        self.held_until_s = 0.0


class Lanes:
    """Items that wait by key, and how many of each key run; an item is a number that is in it once."""

    def __init__(self, limit_of: Callable[[str], int], max_running: int) -> None:
        self._limit_of = limit_of
        self._max_running = max_running
        self._lanes: dict[str, _Lane] = {}
        """In the order of turns: the one that was served last is the last."""
        self._numbers: dict[int, tuple[str, int]] = {}
        """The key and the number of each item that waits; another number in a heap is of one that was taken out."""
        self._running = 0
        self._order = itertools.count()

    def add(self, key: str, item: int, due_s: float) -> None:
        """Let an item wait until it is due."""
        number = next(self._order)
        self._numbers[item] = (key, number)
        heapq.heappush(self._lanes.setdefault(key, _Lane()).waiting, (due_s, number, item))

    def discard(self, item: int) -> bool:
        """Take an item out; return whether it waited."""
        found = self._numbers.pop(item, None)
        if found:
            self._tidy(found[0])
        return found is not None

    def take(self, now_s: float) -> tuple[str, int] | None:
        """Return the next that is due and may run, which counts as running from now on; None if there is none."""
        if self._running >= self._max_running:
            return None
        for key, lane in self._lanes.items():
            if self._due_s(key, lane) <= now_s:
                _, _, item = heapq.heappop(lane.waiting)
                del self._numbers[item]
                lane.running += 1
                self._running += 1
                self._lanes[key] = self._lanes.pop(key)
                return key, item
        return None

    def release(self, key: str) -> None:
        """Count one less that runs."""
        self._lanes[key].running -= 1
        self._running -= 1
        self._tidy(key)

    def hold(self, key: str, until_s: float) -> None:
        """Give out nothing more of a key until then."""
        if lane := self._lanes.get(key):
            lane.held_until_s = until_s

    def drain(self, key: str) -> list[int]:
        """Take out all that waits of a key, and return it in order."""
        lane = self._lanes.get(key)
        if not lane:
            return []
        items = [item for _, number, item in sorted(lane.waiting) if self._numbers.get(item) == (key, number)]
        for item in items:
            del self._numbers[item]
        self._tidy(key)
        return items

    def next_due_s(self) -> float:
        """Return when the next may run, which may be past; NEVER if none may before another ends."""
        if self._running >= self._max_running:
            return NEVER
        return min((self._due_s(key, lane) for key, lane in self._lanes.items()), default=NEVER)

    def _due_s(self, key: str, lane: _Lane) -> float:
        """Return when a lane's first may run; NEVER if it is empty or full."""
        self._skip_discarded(key, lane)
        if not lane.waiting or lane.running >= self._limit_of(key):
            return NEVER
        return max(lane.waiting[0][0], lane.held_until_s)

    def _skip_discarded(self, key: str, lane: _Lane) -> None:
        while lane.waiting:
            _, number, item = lane.waiting[0]
            if self._numbers.get(item) == (key, number):
                return
            heapq.heappop(lane.waiting)

    def _tidy(self, key: str) -> None:
        lane = self._lanes[key]
        self._skip_discarded(key, lane)
        if not lane.waiting and not lane.running:
            del self._lanes[key]
