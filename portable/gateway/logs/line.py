"""A line of a log, and its time as the disk and Docker have it: nanoseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ...stack.messages import LogMessage

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Line(NamedTuple):
    """A line that a replica printed."""

    time_ns: int
    replica_id: str
    message: LogMessage


def moment_of(time_ns: int) -> datetime:
    """Return a time, to the microsecond."""
    return _EPOCH + timedelta(microseconds=time_ns // 1000)


def ns_of(moment: datetime) -> int:
    """Return a time in nanoseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
