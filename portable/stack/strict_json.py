"""JSON that every reader takes for the same: no object has a name twice, and every number is one of JSON's.

`json.loads` takes NaN and Infinity, and of a name that comes twice it drops the first.
https://www.rfc-editor.org/rfc/rfc8259#section-4
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn


class RepeatedName(ValueError):
    """An object has the same name twice."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} comes twice in one object")
        self.name = name


class NotANumber(ValueError):
    """The constant NaN, Infinity or -Infinity stands where a value is."""

    def __init__(self, constant: str) -> None:
        super().__init__(f"{constant} is no JSON")
        self.constant = constant


def loads(text: str, *, parse_int: Callable[[str], Any] | None = None) -> Any:
    """Return what a JSON text says; `parse_int` is `json.loads`'s own.

    Raises RepeatedName, NotANumber, `json.JSONDecodeError` (a ValueError, as both others are) or RecursionError.
    """
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_int=parse_int)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        raise RepeatedName(next(name for name in names if names.count(name) > 1))
    return members


def _refuse(constant: str) -> NoReturn:
    raise NotANumber(constant)
