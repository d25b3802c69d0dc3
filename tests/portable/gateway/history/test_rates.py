"""How often a function was called and how long that took, in the last five minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from portable.gateway.history.models import Summary
from portable.gateway.history.rates import BUCKET_S, BUCKETS, Rates

from .kept import FN, NOW_S, call, history


def summary(*calls: tuple[float, int, float], now_s: float = NOW_S) -> Summary:
    """Return the summary of calls, each with how long ago it ended, its status and its duration."""
    rates = Rates()
    rates.add([(int((now_s - ago_s - took_s) * 1e9), status, took_s) for ago_s, status, took_s in calls], now_s)
    return rates.summary(now_s)


def test_function_that_nobody_called_has_no_rate() -> None:
    found = summary()

    assert (found.calls, found.errors, found.calls_per_minute, found.p50_s, found.p95_s) == (0, 0, 0.0, None, None)
    assert len(found.series) == BUCKETS


def test_calls_fall_into_the_buckets_in_which_they_ended() -> None:
    now_s = NOW_S + 5
    found = summary((0.5, 200, 3.0), (1, 500, 3.0), (6, 200, 3.0), (16, 404, 0.1), now_s=now_s)

    assert [(one.calls, one.errors) for one in found.series[-3:]] == [(1, 0), (1, 0), (2, 1)]
    assert found.series[-1].begin_s == NOW_S
    assert found.series[0].begin_s == NOW_S - (BUCKETS - 1) * BUCKET_S
    assert (found.calls, found.errors) == (4, 1)


def test_calls_of_longer_ago_than_five_minutes_do_not_count() -> None:
    found = summary((BUCKETS * BUCKET_S + 1, 200, 0.1), (1, 200, 0.1))

    assert found.calls == 1


def test_rate_is_for_a_minute() -> None:
    found = summary(*[(1 + second, 200, 0.1) for second in range(290)])

    assert found.calls_per_minute == pytest.approx(60)


@pytest.mark.parametrize("took_s", [0.0, 1e-6, 0.00012, 0.003, 0.25, 7.0, 3600.0])
def test_percentiles_are_within_a_twentieth(took_s: float) -> None:
    found = summary((1, 200, took_s))

    assert found.p50_s == found.p95_s == pytest.approx(took_s, rel=0.05, abs=1.1e-5)


def test_percentiles_are_of_all_calls_and_not_of_those_that_are_kept(tmp_path: Path) -> None:
    with history(tmp_path, keep_calls=1) as it:
        for number in range(100):
            it.record(call(duration_s=0.9 if number < 6 else 0.01))
        found = it.summary_of(FN)

    assert found.calls == 100
    assert found.p50_s == pytest.approx(0.01, rel=0.05)
    assert found.p95_s == pytest.approx(0.9, rel=0.05)


def test_buckets_do_not_grow_in_number_with_time() -> None:
    rates = Rates()
    for bucket in range(1000):
        now_s = NOW_S + bucket * BUCKET_S
        rates.add([(int(now_s * 1e9), 200, 0.0)], now_s)

    assert rates.summary(NOW_S + 999 * BUCKET_S).calls == BUCKETS
    assert len(rates._counts) == BUCKETS


def test_clock_that_was_set_back_leaves_rates_that_go_on() -> None:
    rates = Rates()
    for bucket in range(BUCKETS + 5):
        rates.add([(int((NOW_S + bucket * BUCKET_S) * 1e9), 200, 0.0)], NOW_S + bucket * BUCKET_S)
    rates.add([(int((NOW_S - 3600) * 1e9), 200, 0.0)], NOW_S - 3600)

    assert rates.summary(NOW_S - 3600).calls == 1
