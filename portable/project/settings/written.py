"""Where a setting was written, so that a message about it can begin with that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn, TypeAlias

from ...deploying.errors import BadSettings

Places: TypeAlias = Mapping[str, str]
"""The place of each setting that was written, by its key; one that has its default is not in here."""


class Written(NamedTuple):
    """A value, and where it was written: `deploy.toml: [defaults] memory_mb`."""

    value: Any
    place: str


def places_of(written: Mapping[str, Written]) -> Places:
    """Return where each was written."""
    return {key: one.place for key, one in written.items()}


def table_of(written: Mapping[str, Written], table: str) -> dict[str, Any]:
    """Return the values of a table, by name: of `environment`, what is called `environment.NAME`."""
    start = f"{table}."
    return {key.removeprefix(start): one.value for key, one in written.items() if key.startswith(start)}


def refuse(places: Places, key: str, says: str) -> NoReturn:
    """Raise BadSettings that begins with where the setting stands."""
    raise BadSettings(f"{places.get(key, key)} {says}")
