"""How long to wait before what failed is tried again: at once the first time, then ever longer."""

from __future__ import annotations

import time
from collections.abc import Callable

DELAYS_S = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
FORGIVEN_AFTER_S = 60.0
MAX_REMEMBERED = 1000


class Backoff:
    """Counts failures by what failed; times are on the clock of `time.monotonic`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, tuple[int, float]] = {}
        """How often it failed in a row, and when it may be tried again."""

    def fail(self, what: str) -> float:
        """Count a failure and return the seconds to wait; one long after the last begins anew."""
        if len(self._failures) > MAX_REMEMBERED:
            self._failures = {what: one for what, one in self._failures.items() if self._is_recent(one[1])}
        count, due_s = self._failures.get(what, (0, 0.0))
        if not self._is_recent(due_s):
            count = 0
        wait_s = DELAYS_S[min(count, len(DELAYS_S) - 1)]
        self._failures[what] = (count + 1, self._clock() + wait_s)
        return wait_s

    def wait_s(self, what: str) -> float:
        """Return the seconds until it may be tried, 0 for now."""
        _, due_s = self._failures.get(what, (0, 0.0))
        return max(0.0, due_s - self._clock())

    def hurry(self, what: str) -> None:
        """Let it be tried now: somebody waits for it."""
        if what in self._failures:
            self._failures[what] = (self._failures[what][0], self._clock())

    def forget(self, what: str) -> None:
        """Forget that it ever failed."""
        self._failures.pop(what, None)

    def _is_recent(self, due_s: float) -> bool:
        return self._clock() - due_s <= FORGIVEN_AFTER_S
