"""What is due of a schedule, and what is missed, as the clock goes on, jumps and is set back."""

from __future__ import annotations

import pytest

from portable.gateway.cron.job import LATE_S, MAX_COUNTED, Job, Run
from portable.stack.schedules import Schedule

from ...stack.test_schedule import seconds

NOON_S = seconds("2027-01-31T12:00:00Z")
MINUTE_S = 60.0
HOUR_S = 3600.0


def job(written: str = "* * * * *", since_s: float = NOON_S) -> Job:
    """Return a job that begins at noon."""
    return Job(Schedule.parse(written), since_s, since_s)


def test_run_is_due_at_its_time_and_not_before_and_once() -> None:
    it = job()

    assert it.take(NOON_S + 59.999) == (None, None)
    assert it.take(NOON_S + 60.0) == (NOON_S + 60.0, None)
    assert it.take(NOON_S + 60.0) == (None, None)
    assert it.next_s == NOON_S + 120.0


def test_run_that_is_a_little_late_begins_and_one_that_is_later_is_missed() -> None:
    it = job()

    assert it.take(NOON_S + 60.0 + LATE_S) == (NOON_S + 60.0, None)
    due_s, missed = it.take(NOON_S + 120.0 + LATE_S + 0.1)
    assert due_s is None
    assert missed
    assert (missed.number, missed.first_s) == (1, NOON_S + 120.0)
    assert (it.missed, it.missed_last_s) == (1, NOON_S + 120.0)


def test_clock_that_jumps_ahead_misses_all_but_what_is_due_just_now() -> None:
    it = job()
    due_s, missed = it.take(NOON_S + 10 * MINUTE_S + 1.0)

    assert due_s == NOON_S + 10 * MINUTE_S
    assert missed
    assert (missed.number, missed.is_all, missed.first_s) == (9, True, NOON_S + MINUTE_S)
    assert (it.missed, it.missed_last_s) == (9, NOON_S + 9 * MINUTE_S)
    assert it.take(NOON_S + 11 * MINUTE_S) == (NOON_S + 11 * MINUTE_S, None)


@pytest.mark.parametrize("written", ["* * * * *", "@every 1s"])
def test_missed_runs_of_a_long_time_are_not_all_counted(written: str) -> None:
    it = job(written)
    now_s = NOON_S + 3 * 365 * 24 * HOUR_S + 30.5
    due_s, missed = it.take(now_s)

    assert missed
    assert (due_s, missed.number, missed.is_all) == (None, MAX_COUNTED, False)
    assert (it.missed, it.missed_last_s) == (MAX_COUNTED, now_s)
    assert now_s < it.next_s <= now_s + MINUTE_S


def test_exactly_as_many_as_are_counted_are_all() -> None:
    _, missed = job().take(NOON_S + MAX_COUNTED * MINUTE_S + 30.0)

    assert missed
    assert (missed.number, missed.is_all) == (MAX_COUNTED, True)


def test_clock_that_is_set_back_repeats_nothing() -> None:
    it = job()
    it.take(NOON_S + 60.0)

    assert it.take(NOON_S - HOUR_S) == (None, None)
    assert it.take(NOON_S + 60.0) == (None, None)
    assert it.take(NOON_S + 120.0) == (NOON_S + 120.0, None)


@pytest.mark.parametrize("written", ["* * * * *", "@every 1m"])
def test_clock_that_was_wrong_by_far_is_believed_once_it_is_right(written: str) -> None:
    it = job(written, since_s=NOON_S + 24 * HOUR_S)

    assert it.take(NOON_S) == (None, None)
    assert it.take(NOON_S + 60.0) == (NOON_S + 60.0, None)


def test_next_gateway_misses_all_that_was_due_before_it_even_just_now() -> None:
    it = job()
    missed = it.take_over(NOON_S + 2 * MINUTE_S)

    assert missed
    assert (missed.number, it.missed, it.missed_last_s) == (2, 2, NOON_S + 2 * MINUTE_S)
    assert it.next_s == NOON_S + 3 * MINUTE_S
    assert it.take_over(NOON_S + 2 * MINUTE_S + 1.0) is None


def test_run_that_went_on_when_the_gateway_was_killed_says_so_to_the_next() -> None:
    it = job()
    it.last = Run(NOON_S, "call-1")
    it.take_over(NOON_S + 1.0)

    assert it.last == Run(NOON_S, "call-1", error="the gateway ended while it went on")


def test_run_that_ended_is_the_same_to_the_next_gateway() -> None:
    it = job()
    it.last = Run(NOON_S, "call-1", 200, 0.5)
    it.take_over(NOON_S + 1.0)

    assert it.last == Run(NOON_S, "call-1", 200, 0.5)
