"""What a key of deploy.toml takes: the types of TOML, as messages call them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """What a key takes. `read` raises ValueError for anything else."""

    expected: str
    read: Callable[[Any], Any]


class Keys(NamedTuple):
    """The keys that a table may have."""

    single: Mapping[str, Kind]
    tables: Mapping[str, Kind]
    """The keys that are tables themselves, and what each name in them takes: `environment`, `tags`."""
    elsewhere: Mapping[str, str] = {}
    """For keys that people look for here, where they stand."""


def shown(value: Any) -> str:
    """Return a value as TOML would have it, for messages."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a table"
    return str(value).lower() if isinstance(value, bool) else f"{value!r:.60}"


def text(value: Any) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise ValueError
    return value


def whole(value: Any) -> int:
    """Return a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError
    return value


def _number(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError
    return float(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _json(value: Any) -> Any:
    match value:
        case dict():
            return {name: _json(one) for name, one in value.items()}
        case list():
            return [_json(one) for one in value]
        case str() | bool() | int():
            return value
    return _number(value)


TEXT = Kind("a text in quotes", text)
WHOLE = Kind("a whole number", whole)
NUMBER = Kind("a number", _number)
FLAG = Kind("true or false", _flag)
JSON = Kind("something that JSON has: no date, no nan", _json)
