"""How often functions are called and how long that takes: counted in buckets of time, however many calls there are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from .models import Bucket, Summary

BUCKET_S = 10
BUCKETS = 30
_SHORTEST_S = 1e-5
_STEP = math.log(1.1)
"""Durations are told apart by a tenth: each falls into a class whose bounds are that far from each other."""


class _Counts:
    """What ended within one bucket."""

    __slots__ = ("calls", "durations", "errors")

    def __init__(self) -> None:
        self.calls = 0
        self.errors = 0
        self.durations: dict[int, int] = {}
        """How many calls by the class of their duration."""


class Rates:
    """The rates of one function. Not thread-safe."""

    def __init__(self) -> None:
        self._counts: dict[int, _Counts] = {}
        """By the number of the bucket since 1970."""

    def add(self, calls: Iterable[tuple[int, int, float]], now_s: float) -> None:
        """Count calls: when each began in ns since 1970, its status, its duration."""
        for started_ns, status, duration_s in calls:
            number = int(started_ns * 1e-9 + duration_s) // BUCKET_S
            counts = self._counts.get(number)
            if counts is None:
                counts = self._counts[number] = _Counts()
            counts.calls += 1
            counts.errors += status >= 500
            one = int(math.log(duration_s / _SHORTEST_S) / _STEP) if duration_s > _SHORTEST_S else 0
            counts.durations[one] = counts.durations.get(one, 0) + 1
        if len(self._counts) > BUCKETS:
            last = int(now_s) // BUCKET_S
            self._counts = {number: self._counts[number] for number in self._counts if last - BUCKETS < number <= last}

    def summary(self, now_s: float) -> Summary:
        """Return how it was until now."""
        last = int(now_s) // BUCKET_S
        series: list[Bucket] = []
        durations: Counter[int] = Counter()
        for number in range(last - BUCKETS + 1, last + 1):
            counts = self._counts.get(number) or _Counts()
            durations.update(counts.durations)
            series.append(Bucket(number * BUCKET_S, counts.calls, counts.errors))
        calls = sum(bucket.calls for bucket in series)
        minutes = ((BUCKETS - 1) * BUCKET_S + now_s % BUCKET_S) / 60
        return Summary(
            calls=calls,
            errors=sum(bucket.errors for bucket in series),
            calls_per_minute=calls / minutes,
            p50_s=_percentile(durations, 0.50),
            p95_s=_percentile(durations, 0.95),
            series=tuple(series),
        )


def _percentile(durations: Counter[int], share: float) -> float | None:
    left = math.ceil(durations.total() * share)
    for one in sorted(durations):
        left -= durations[one]
        if left <= 0:
            return _SHORTEST_S * math.exp((one + 0.5) * _STEP)
    return None
