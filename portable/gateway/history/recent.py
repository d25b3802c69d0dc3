"""The last calls of each function in memory. The disk has the same, a second later (service.py)."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from ..calls.record import Call
from .models import CallQuery, KeptCall, Row, Summary, row_of
from .rates import Rates

MAX_FUNCTIONS = 250
"""Of more, the one that was called longest ago is forgotten."""
MAX_ARRIVED = 50_000
AT_ONCE = 250
"""Calls that are taken before other threads, the loop's first of all, get their turn."""


class Batch(NamedTuple):
    """What the disk does not have, or should not."""

    forgotten: Sequence[str]
    """Functions none of whose calls are kept."""
    rows: Sequence[Row]
    oldest: Sequence[tuple[str, int]]
    """Functions, and the number of the oldest call of each that is kept."""
    last: int
    """The number of the newest call that was kept by then."""


class Recent:
    """The last `keep` calls of each function. Thread-safe."""

    def __init__(self, keep: int, rows: Iterable[Row], clock: Callable[[], float]) -> None:
        """Begin with the rows that the disk has, in the order of their numbers."""
        self._keep = keep
        self._clock = clock
        self._arrived: deque[Call] = deque(maxlen=MAX_ARRIVED)
        self.record = self._arrived.append
        """Take a call; the one thing here that the loop does."""
        self._lock = threading.Lock()
        self._rows: dict[str, deque[Row]] = {}
        """By function; the one that was called last is the last."""
        self._rates: dict[str, Rates] = {}
        self._forgotten: set[str] = set()
        self._last = 0
        for row in rows:
            kept = KeptCall._make(row)
            self._keep_rows(kept.function, [row])
            self._count(kept.function, [(kept.started_ns, kept.status, kept.duration_s)])
            self._last = kept.seq
        self._saved = self._last

    def find(self, query: CallQuery) -> list[KeptCall]:
        """Return the calls that are wanted, newest first."""
        with self._lock:
            self._take_arrived()
            labels = [query.function] if query.function else list(self._rows)
            rows = [row for label in labels for row in self._rows.get(label, ())]
        rows.sort(reverse=True)
        return list(islice((call for call in map(KeptCall._make, rows) if query.wants(call)), query.limit))

    def summary_of(self, label: str) -> Summary:
        """Return how a function (`name.namespace`) did in the last minutes."""
        with self._lock:
            self._take_arrived()
            return self._rates.get(label, Rates()).summary(self._clock())

    def unsaved(self) -> Batch:
        """Return what the disk does not have yet: the same again until `saved` is told of it."""
        with self._lock:
            self._take_arrived()
            new = {label: _after(self._saved, rows) for label, rows in self._rows.items() if rows[-1][0] > self._saved}
            return Batch(
                forgotten=sorted(self._forgotten),
                rows=sorted(row for rows in new.values() for row in rows),
                oldest=[(label, self._rows[label][0][0]) for label in new],
                last=self._last,
            )

    def saved(self, batch: Batch) -> None:
        """Note that the disk has what `unsaved` returned."""
        with self._lock:
            self._saved = batch.last
            self._forgotten.difference_update(batch.forgotten)

    def _take_arrived(self) -> None:
        """Take what was recorded; the lock is held."""
        while self._arrived:
            self._take([self._arrived.popleft() for _ in range(min(len(self._arrived), AT_ONCE))])
            time.sleep(0)  # another thread would ask for the interpreter in vain for 5 ms

    def _take(self, calls: Sequence[Call]) -> None:
        groups: dict[str, list[tuple[int, Call]]] = {}
        for seq, call in enumerate(calls, self._last + 1):
            groups.setdefault(call.function.label, []).append((seq, call))
        self._last += len(calls)
        for label, group in groups.items():
            self._keep_rows(label, [row_of(seq, label, call) for seq, call in group[-self._keep :]])
            self._count(label, [(call.started_ns, call.status, call.duration_s) for _, call in group])

    def _keep_rows(self, label: str, new: Sequence[Row]) -> None:
        rows = self._rows.pop(label, None) or deque(maxlen=self._keep)
        rows.extend(new)
        self._rows[label] = rows
        while len(self._rows) > MAX_FUNCTIONS:
            longest_ago = next(iter(self._rows))
            del self._rows[longest_ago]
            self._rates.pop(longest_ago, None)
            self._forgotten.add(longest_ago)

    def _count(self, label: str, calls: Iterable[tuple[int, int, float]]) -> None:
        self._rates.setdefault(label, Rates()).add(calls, self._clock())


def _after(seq: int, rows: deque[Row]) -> list[Row]:
    """Return the rows with larger numbers."""
    found = []
    for row in reversed(rows):
        if row[0] <= seq:
            break
        found.append(row)
    return found
