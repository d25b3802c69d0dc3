"""When a function is to be called: what its annotations say, and the moments that come of it, in seconds since 1970.

https://docs.openfaas.com/reference/cron/
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from heapq import merge
from itertools import count, groupby
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from .cron_fields import normalized
from .errors import Refused
from .quantities import parse_duration_s

TOPIC = "cron-function"
MAX_LENGTH = 1000
MAX_PARTS = 20
MAX_EVERY_S = 366 * 24 * 3600
_NAMED = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_EVERY = "@every "


class _Part(Protocol):
    def moments(self, after_s: float, since_s: float) -> Iterator[float]:
        """Yield every moment after that one; `since_s` is when the schedule began to hold."""


class _Times(NamedTuple):
    """Times of the day, as a clock on the wall shows them."""

    expression: str
    zone: tzinfo

    def moments(self, after_s: float, since_s: float) -> Iterator[float]:
        for moment in CronSim(self.expression, datetime.fromtimestamp(after_s, self.zone)):
            moment_s = moment.timestamp()
            if moment_s > after_s:  # cronsim gives those of the hour that comes twice in its first turn alone
                yield moment_s


class _Every(NamedTuple):
    """Moments that are equally far apart, from when the schedule began to hold."""

    period_s: int

    def moments(self, after_s: float, since_s: float) -> Iterator[float]:
        begun_s = math.floor(since_s)
        first = max(1, math.floor((after_s - begun_s) / self.period_s) + 1)
        return (float(begun_s + number * self.period_s) for number in count(first))


@dataclass(frozen=True)
class Schedule:
    """What an annotation `schedule` says."""

    written: str
    parts: tuple[_Part, ...]

    @classmethod
    def parse(cls, written: str) -> Schedule:
        """Return the schedule that a text stands for; `;` separates several. Raises ValueError."""
        if len(written) > MAX_LENGTH or written.count(";") >= MAX_PARTS:
            raise ValueError(f"{written[:80]!r}... is over {MAX_LENGTH} characters, or over {MAX_PARTS} schedules")
        return cls(written, tuple(_parse(part.strip()) for part in written.split(";")))

    @classmethod
    def from_annotations(cls, annotations: Mapping[str, str]) -> Schedule | None:
        """Return the schedule of a function, None if it has none. Raises Refused, naming the annotation."""
        if TOPIC not in (topic.strip() for topic in annotations.get("topic", "").split(",")):
            return None
        written = annotations.get("schedule", "")
        if not written.strip():
            raise Refused(f'annotation schedule is missing: topic is {TOPIC}, so add one, such as "*/5 * * * *"')
        try:
            return cls.parse(written)
        except ValueError as error:
            raise Refused(f"annotation schedule: {error}") from None

    def moments(self, after_s: float, since_s: float) -> Iterator[float]:
        """Yield every moment after that one, once each; `since_s` is when the schedule began to hold."""
        merged = merge(*(part.moments(after_s, since_s) for part in self.parts))
        return (moment_s for moment_s, _ in groupby(merged))

    def next_s(self, after_s: float, since_s: float) -> float:
        """Return the first moment after that one."""
        return next(self.moments(after_s, since_s))


def _parse(written: str) -> _Part:
    zone: tzinfo = UTC
    expression = written
    if written.startswith(("CRON_TZ=", "TZ=")):
        prefix, _, expression = written.partition(" ")
        zone = _zone(prefix.partition("=")[2])
        expression = expression.strip()
    if expression.startswith(_EVERY):
        return _Every(_period_s(expression.removeprefix(_EVERY)))
    if expression.startswith("@") and expression not in _NAMED:
        raise ValueError(f"{expression[:80]!r} is not one of {', '.join(_NAMED)} and @every 5m")
    times = _Times(normalized(_NAMED.get(expression, expression)), zone)
    try:
        next(times.moments(0.0, 0.0))
    except (CronSimError, StopIteration):
        raise ValueError(f"{written[:80]!r} never comes: no month that it names has such a day") from None
    return times


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name[:80]!r} is no time zone that this machine knows, such as Europe/London") from None


def _period_s(written: str) -> int:
    period_s = parse_duration_s(written)
    if written[-1:].isdigit() or period_s != int(period_s) or not 1 <= period_s <= MAX_EVERY_S:
        raise ValueError(f"@every {written[:80]!r} is not whole seconds, such as 30s, 5m or 1h30m, up to 366 days")
    return int(period_s)
