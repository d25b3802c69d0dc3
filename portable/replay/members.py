"""Reading JSON strictly: each member is taken by its name and checked, and one that nobody takes is an error."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ..stack import strict_json
from .errors import BadCall

T = TypeVar("T")


class Members:
    """An object of a file; `where` is its name there, "" for the whole file. Raises BadCall if it is none."""

    def __init__(self, value: Any, where: str, names: Sequence[str]) -> None:
        if not isinstance(value, dict):
            raise wrong(where or "the file", value, "an object")
        if unknown := [name for name in value if name not in names]:
            raise BadCall(f"{_joined(where, unknown[0])} is unknown: {where or 'the file'} takes {', '.join(names)}")
        self._value = value
        self._where = where

    def __contains__(self, name: str) -> bool:
        return name in self._value

    def take(self, name: str, read: Callable[[Any, str], T]) -> T:
        """Return a member as `read` makes it of its value and its whole name."""
        if name not in self._value:
            raise BadCall(f"{_joined(self._where, name)} is missing")
        return read(self._value[name], _joined(self._where, name))

    def get(self, name: str, read: Callable[[Any, str], T]) -> T | None:
        """Return a member as `take` does; None if it is not there."""
        return self.take(name, read) if name in self._value else None


def parse(text: str) -> Any:
    """Return a file's JSON. Raises BadCall if it is none, or has a member twice."""
    try:
        return strict_json.loads(text)
    except strict_json.RepeatedName as error:
        raise BadCall(f"it has {error.name} twice") from None
    except (ValueError, RecursionError) as error:
        raise BadCall(f"it is not JSON: {error}") from None


def wrong(where: str, value: Any, takes: str) -> BadCall:
    """Return the error for a value that a member may not have."""
    return BadCall(f"{where} is {json.dumps(value, ensure_ascii=False):.80}: it takes {takes}")


def _joined(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
