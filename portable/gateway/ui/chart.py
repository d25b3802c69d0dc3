"""A small chart of calls: bars of ten seconds each, errors within them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..history.models import Bucket

STEP = 4
BAR = 3
HEIGHT = 24


class Chart(NamedTuple):
    """What an SVG path is made of."""

    width: int
    height: int
    calls: str
    errors: str
    label: str
    """The same in words."""


def chart_of(series: Sequence[Bucket]) -> Chart:
    """Return the chart of the stretches of time of a Summary."""
    most = max((bucket.calls for bucket in series), default=0)
    calls, errors = sum(one.calls for one in series), sum(one.errors for one in series)
    return Chart(
        width=len(series) * STEP,
        height=HEIGHT,
        calls=_bars((bucket.calls for bucket in series), most),
        errors=_bars((bucket.errors for bucket in series), most),
        label=f"last five minutes: {calls} calls, {errors} errors, at most {most} calls in ten seconds",
    )


def _bars(numbers: Iterable[int], most: int) -> str:
    return "".join(_bar(place, number / most) for place, number in enumerate(numbers) if number)


def _bar(place: int, share: float) -> str:
    height = max(1, round(HEIGHT * share))
    return f"M{place * STEP} {HEIGHT}v-{height}h{BAR}v{height}z"
