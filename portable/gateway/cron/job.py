"""One function's schedule, what came of its runs, and which were missed; times in seconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, takewhile
from typing import NamedTuple

from ...stack.schedules import Schedule

LATE_S = 10.0
"""A run that cannot begin within this is missed."""
SET_BACK_S = 3 * 3600.0
"""A clock that is set back by less repeats no run; one that was wrong by more is believed from then on, as by cron."""
MAX_COUNTED = 1000


@dataclass
class Run:
    """One call of a function by its schedule."""

    due_s: float
    call_id: str
    status: int = 0
    """0 as long as it goes on, and if it was broken off."""
    duration_s: float = 0.0
    error: str = ""
    """Why the function did not answer; "" if it did."""


class Missed(NamedTuple):
    """Runs that did not happen: nobody was there at their time, or the clock went past it."""

    number: int
    is_all: bool
    """Whether there were no more than were counted."""
    first_s: float


@dataclass
class Job:
    """What is known of a function that has a schedule."""

    schedule: Schedule
    since_s: float
    """When the schedule began to hold."""
    seen_s: float
    """What was due until then has been seen to."""
    next_s: float = 0.0
    missed: int = 0
    missed_last_s: float = 0.0
    """When the last one of them was due, or until when they were too many to count; 0 if there is none."""
    skipped: int = 0
    """Runs that were left out because too many others of the function still went on."""
    last: Run | None = None
    """The one that began last."""
    running: int = 0

    def __post_init__(self) -> None:
        self._plan()

    def take(self, now_s: float, late_s: float = LATE_S) -> tuple[float | None, Missed | None]:
        """See to all that is due by now: return when the run that is to begin was due, None for none, and what is late.

        Of several only the newest begins, if it is not late itself.
        """
        if self.seen_s - now_s > SET_BACK_S:
            self.since_s = self.seen_s = now_s
            self._plan()
        if self.next_s > now_s:
            return None, None
        moments = self.schedule.moments(self.seen_s, self.since_s)
        due = list(islice(takewhile(lambda moment_s: moment_s <= now_s, moments), MAX_COUNTED + 1))
        self.seen_s = now_s
        self._plan()
        newest_s = due.pop() if now_s - due[-1] <= late_s else None
        return newest_s, self._miss(due, now_s)

    def take_over(self, now_s: float) -> Missed | None:
        """Go on from what the last gateway kept: return what was due while there was none."""
        if self.last and not self.last.status and not self.last.error:
            self.last.error = "the gateway ended while it went on"
        _, missed = self.take(now_s, -1.0)
        return missed

    def _miss(self, late: list[float], now_s: float) -> Missed | None:
        if not late:
            return None
        is_all = len(late) <= MAX_COUNTED
        missed = Missed(min(len(late), MAX_COUNTED), is_all, late[0])
        self.missed += missed.number
        self.missed_last_s = late[-1] if is_all else now_s
        return missed

    def _plan(self) -> None:
        self.next_s = self.schedule.next_s(self.seen_s, self.since_s)
