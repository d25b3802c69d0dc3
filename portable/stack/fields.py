"""Fields of a JSON object, read as Go's encoding/json reads them: null is absent, another type is an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from .errors import Refused

T = TypeVar("T")
MAX_ITEMS = 1000
MAX_CHARACTERS = 128 * 1024


def optional(fields: Mapping[str, Any], name: str, kind: type[T], *, default: T, where: str = "") -> T:
    """Return a field of that type, `default` if it is absent or null. Raises Refused for another type."""
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise Refused(f"{_at(where, name)} must be of type {kind.__name__}, not {type(value).__name__}")
    return value


def text(fields: Mapping[str, Any], name: str, where: str = "", *, is_secret: bool = False) -> str:
    """Return a text, "" if it is absent. Raises Refused for another type, a NUL, or (unless secret) over 128 KiB."""
    value = optional(fields, name, str, default="", where=where)
    _check(value, _at(where, name), is_secret=is_secret)
    return value


def whole_number(fields: Mapping[str, Any], name: str) -> int:
    """Return a whole number from 0 to 1000. Raises Refused for anything else."""
    value = optional(fields, name, int, default=0)
    if not 0 <= value <= 1000:
        raise Refused(f"{name} must be from 0 to 1000, not {str(value)[:20]}")
    return value


def sequence_of_text(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts, () if it is absent."""
    values = optional(fields, name, list, default=[])
    if len(values) > MAX_ITEMS:
        raise Refused(f"{name} has {len(values)} items, more than {MAX_ITEMS}")
    return tuple(text({name: value}, name) for value in values)


def mapping_of_text(fields: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return an object of texts, {} if it is absent."""
    values = optional(fields, name, dict, default={})
    if len(values) > MAX_ITEMS:
        raise Refused(f"{name} has {len(values)} items, more than {MAX_ITEMS}")
    for key, value in values.items():
        _check(key, f"a name in {name}", is_secret=False)
        if value is None:
            raise Refused(f"{name}.{key[:80]} must be a text, not null")
        text(values, key, name)
        if not key or ("=" in key and name == "envVars"):
            raise Refused(f"{name}: {key[:80]!r} cannot be a name")
    return dict(values)


def _check(value: str, what: str, *, is_secret: bool) -> None:
    if "\0" in value:
        raise Refused(f"{what} has a NUL in it")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Refused(f"{what} is not valid Unicode: it has half of a surrogate pair") from None
    if not is_secret and len(value) > MAX_CHARACTERS:
        raise Refused(f"{what} is longer than {MAX_CHARACTERS} characters")


def _at(where: str, name: str) -> str:
    return f"{where}.{name[:80]}" if where else name[:80]
