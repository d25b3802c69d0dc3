"""deploy.toml: its tables, keys and types. What AWS takes of the values is another's: checks.py.

[defaults]        for every stage
[stages.NAME]     for one: what it sets wins; `environment` and `tags` are joined name by name, lists are replaced
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ...deploying.errors import BadSettings
from ..hints import hint
from . import Smoke, Statement
from .places import Written

STAGE = re.compile("[a-z][a-z0-9-]*")
_ELSEWHERE = {
    "app": "the app is called as its function in stack.yml",
    "secrets": "secrets stand under the function in stack.yml",
    "stage": "the stage is chosen by --stage or APP_STAGE",
}


class Kind(NamedTuple):
    """What a key takes. `read` raises ValueError for anything else."""

    expected: str
    read: Callable[[Any], Any]


def read_stage(path: Path, stage: str) -> dict[str, Written]:
    """Return what the file sets for a stage, by key; a variable is called `environment.NAME`, a tag `tags.NAME`.

    Every other stage's table is read too, so that a mistake in it shows early. Raises BadSettings, naming file, table
    and key; OSError if the file cannot be read.
    """
    document = _parsed(path)
    for name in document:
        if name in KEYS:
            raise BadSettings(f"{path}: {name} stands above every table: put it under [defaults] or [stages.NAME]")
        if name not in ("defaults", "stages"):
            raise BadSettings(f"{path}: {name!r} is not known; {hint(name, ('defaults', 'stages'))}")
    stages = _table(document.get("stages", {}), f"{path}: stages")
    for name in stages:
        if not STAGE.fullmatch(name):
            raise BadSettings(f"{path}: [stages.{name}]: a stage is called by a-z, 0-9 and '-', a letter first")
    values = {name: dict(_read(fields, f"{path}: [stages.{name}")) for name, fields in stages.items()}
    return {**dict(_read(document.get("defaults", {}), f"{path}: [defaults")), **values.get(stage, {})}


def _parsed(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSettings(f"{path}: it is not UTF-8 (byte {error.start})") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        end = f"at line {text.count(chr(10)) + 1}, the end of the file"
        raise BadSettings(f"{path}: {str(error).replace('at end of document', end)}") from None


def _read(fields: Any, table: str) -> Iterator[tuple[str, Written]]:
    """Yield the keys of a table; `table` is its name up to the closing bracket."""
    for key, value in _table(fields, f"{table}]").items():
        place = f"{table}] {key}"
        if key in ("environment", "tags"):
            for name, text in _table(value, place).items():
                yield f"{key}.{name}", _text_in(text, f"{table}.{key}] {name}")
        elif key in KEYS:
            yield key, Written(_value(key, value, place), place)
        else:
            known = (*KEYS, "environment", "tags")
            raise BadSettings(f"{table}] {key!r} is not known; {_ELSEWHERE.get(key) or hint(key, known)}")


def _value(key: str, value: Any, place: str) -> Any:
    kind = KEYS[key]
    try:
        return kind.read(value)
    except ValueError as error:
        raise BadSettings(f"{place} must be {kind.expected}, and {str(error) or f'is {shown(value)}'}") from None


def _text_in(value: Any, place: str) -> Written:
    if not isinstance(value, str):
        raise BadSettings(f"{place} must be a text in quotes")
    return Written(value, place)


def _table(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadSettings(f"{place} must be a table")
    return value


def shown(value: Any) -> str:
    """Return a value as TOML would have it, for messages."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a table"
    return str(value).lower() if isinstance(value, bool) else f"{value!r:.60}"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _whole(value: Any) -> int:
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


def _smoke(value: Any) -> Smoke:
    method, space, path = _text(value).partition(" ")
    if not space:
        raise ValueError
    return Smoke(method, path.strip())


def _statuses(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise ValueError
    return tuple(_whole(one) for one in value)


def _statements(value: Any) -> tuple[Statement, ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError
    return tuple(_statement(one, number) for number, one in enumerate(value, 1))


def _statement(fields: Mapping[str, Any], number: int) -> Statement:
    known = ("actions", "resources")
    for key in fields:
        if key not in known:
            raise ValueError(f"number {number} has {key!r}, which is not known; {hint(key, known)}")
    for key in known:
        values = fields.get(key)
        if not isinstance(values, list) or not values or not all(isinstance(one, str) for one in values):
            raise ValueError(f"{key} of number {number} must be a list of texts, with at least one")
    return Statement(tuple(fields["actions"]), tuple(fields["resources"]))


_TEXT = Kind("a text in quotes", _text)
_WHOLE = Kind("a whole number", _whole)
_NUMBER = Kind("a number", _number)
_FLAG = Kind("true or false", _flag)
KEYS: Mapping[str, Kind] = {
    "region": _TEXT,
    "account": Kind('12 digits in quotes, such as "123456789012"', _text),
    "profile": _TEXT,
    "runtime": _TEXT,
    "architecture": _TEXT,
    "bytecode": _FLAG,
    "memory_mb": _WHOLE,
    "timeout_s": _WHOLE,
    "ephemeral_storage_mb": _WHOLE,
    "retention_days": _WHOLE,
    "log_level": _TEXT,
    "tracing": _FLAG,
    "reserved_concurrency": _WHOLE,
    "front_door": _TEXT,
    "throttle_rate": _NUMBER,
    "throttle_burst": _WHOLE,
    "api_key": _FLAG,
    "quota_per_day": _WHOLE,
    "url_auth": _TEXT,
    "alarm_email": _TEXT,
    "budget_usd": _NUMBER,
    "billing_alarm_usd": _NUMBER,
    "keep_versions": _WHOLE,
    "smoke": Kind('a method and a path, such as "POST /"', _smoke),
    "smoke_statuses": Kind("a list of HTTP statuses, such as [200, 204]", _statuses),
    "statements": Kind("a list of tables, [[defaults.statements]], each with actions and resources", _statements),
}
"""Every key of [defaults] and [stages.NAME] but the tables `environment` and `tags`."""
