"""The five fields of a schedule, read as the cron-connector's library reads them, written as ours does.

Of a day of the month and a day of the week that are both given, either will do; `*` and `?` are not given, `*/2` is.
https://github.com/robfig/cron/blob/v3.0.1/parser.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART = re.compile(r"(?:([*?])|([0-9A-Za-z]{1,9})(?:-([0-9A-Za-z]{1,9}))?)(?:/([0-9]{1,9}))?")


class _Field(NamedTuple):
    what: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    """Of `least` and those after it."""

    keeps_star: bool = True
    """Whether `*/2` is written as it is: a minute or an hour that begins with a star goes by the clock in the hour that
    comes twice when summer ends."""


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31, keeps_star=False),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 6, _DAYS, keeps_star=False),
)


def normalized(expression: str) -> str:
    """Return an expression as cronsim takes it. Raises ValueError, naming the field."""
    written = expression.split()
    if len(written) != len(_FIELDS):
        raise ValueError(
            f"{expression[:80]!r} has {len(written)} fields, not 5: minute, hour, day of the month, month, day of the "
            'week, such as "*/5 * * * *"; or write @hourly, @daily, @weekly, @monthly, @yearly or @every 5m'
        )
    return " ".join(_normalize(field, text) for field, text in zip(_FIELDS, written, strict=True))


def _normalize(field: _Field, written: str) -> str:
    values: set[int] = set()
    is_any = False
    for part in written.split(","):
        match = _PART.fullmatch(part)
        if not match:
            raise ValueError(f"{field.what} is {written[:80]!r}: it takes *, 5, 1-5, */5 and lists of such")
        values.update(_values(field, match))
        is_any = is_any or bool(match[1] and int(match[4] or 1) == 1)
    if is_any:
        return "*"
    first = written.partition(",")[0].replace("?", "*")
    stars = [first] if field.keeps_star and first.startswith("*") else []
    return ",".join((*stars, *map(str, sorted(values))))


def _values(field: _Field, match: re.Match[str]) -> Iterator[int]:
    star, first, last, step = match.groups()
    if step and not int(step):
        raise ValueError(f"{field.what} is {match[0]!r}: a step of 0 leads nowhere")
    start = field.least if star else _value(field, first)
    end = _value(field, last) if last else field.most if star or step else start
    if end < start:
        raise ValueError(f"{field.what} is {match[0]!r}: its end is before its beginning")
    yield from range(start, end + 1, int(step or 1))


def _value(field: _Field, written: str) -> int:
    if written.lower() in field.names:
        return field.least + field.names.index(written.lower())
    if not written.isdigit() or not field.least <= int(written) <= field.most:
        names = f", or {field.names[0]} to {field.names[-1]}" if field.names else ""
        raise ValueError(f"{field.what} is {written!r}, not from {field.least} to {field.most}{names}")
    return int(written)
