"""deploy.toml: its tables and keys, each checked, and which of two wins.

[defaults]                      for every function, in every stage
[stages.STAGE]                  for every function, in one stage
[functions.NAME]                for one function of stack.yml, in every stage
[functions.NAME.stages.STAGE]   for one function, in one stage

The last of these that has a key wins: what names the function is meant for it. Tables within (`environment`, `tags`,
`annotations`) are joined name by name, lists are replaced. [defaults.openwhisk] and [functions.NAME.openwhisk] are
OpenWhisk's, which has no stages; all else is AWS's.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from ...deploying.errors import BadSettings
from ...deploying.hints import hint
from . import aws, openwhisk
from .kinds import Keys, Kind, shown
from .written import Written

FILE = Path("deploy.toml")
STAGE = re.compile("[a-z][a-z0-9-]*")
_TOP = ("defaults", "stages", "functions")
_For: TypeAlias = tuple[str | None, str | None]
"""The function and the stage that a table is for; None for all of them."""


@dataclass(frozen=True)
class DeployToml:
    """What the file sets, by whom it is for; a variable is called `environment.NAME`, a tag `tags.NAME`."""

    tables: Mapping[_For, Mapping[str, Written]]

    def for_aws(self, function: str, stage: str) -> dict[str, Written]:
        """Return what it sets at AWS for a function in a stage."""
        ways: tuple[_For, ...] = ((None, None), (None, stage), (function, None), (function, stage))
        return {
            key: one
            for way in ways
            for key, one in self.tables.get(way, {}).items()
            if not key.startswith(f"{openwhisk.TABLE}.")
        }

    def for_openwhisk(self, function: str) -> dict[str, Written]:
        """Return what it sets at OpenWhisk for a function, its keys without the table's name."""
        start = f"{openwhisk.TABLE}."
        return {
            key.removeprefix(start): one
            for name in (None, function)
            for key, one in self.tables.get((name, None), {}).items()
            if key.startswith(start)
        }


def find(config: Path | None, stack: Path, environ: Mapping[str, str], functions: Collection[str]) -> DeployToml:
    """Return the file that `config` (of --config) or APP_CONFIG names, or else the one beside the stack file.

    That one need not be there. Raises BadSettings: see `read`.
    """
    named, place = config, "--config"
    if named is None and environ.get("APP_CONFIG"):
        named, place = Path(environ["APP_CONFIG"]), "APP_CONFIG"
    path = named or stack.parent / FILE
    try:
        return read(path, functions)
    except FileNotFoundError:
        if named is None:
            return DeployToml({})
        raise BadSettings(f"{place}: there is no file {str(path)!r}") from None
    except OSError as error:
        raise BadSettings(f"{path}: cannot read it: {error.strerror}") from None


def read(path: Path, functions: Collection[str]) -> DeployToml:
    """Return every table of the file, so that a mistake in another stage's or function's shows early, too.

    `functions` are those that it may name. Raises BadSettings, naming file, table and key; OSError if the file cannot
    be read.
    """
    document = _parsed(path)
    for name in document:
        if name in aws.KEYS.single:
            raise BadSettings(f"{path}: {name} stands above every table: put it under [defaults] or [stages.NAME]")
        if name not in _TOP:
            raise BadSettings(f"{path}: {name!r} is not known; {hint(name, _TOP)}")
    tables = dict(_stages(None, document.get("stages", {}), f"{path}: [stages"))
    tables[None, None] = dict(_read(document.get("defaults", {}), f"{path}: [defaults", has_openwhisk=True))
    for name, fields in _table(document.get("functions", {}), f"{path}: functions").items():
        tables.update(_function(name, fields, f"{path}: [functions.{name}", functions))
    return DeployToml(tables)


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


# What stands in `table` here and below is its name up to the closing bracket: `deploy.toml: [functions.hello`.
def _function(
    name: str, value: Any, table: str, functions: Collection[str]
) -> Iterator[tuple[_For, Mapping[str, Written]]]:
    if name not in functions:
        raise BadSettings(
            f"{table}]: the stack file has no function {name!r} with lang: portable; {hint(name, functions)}"
        )
    fields = dict(_table(value, f"{table}]"))
    yield from _stages(name, fields.pop("stages", {}), f"{table}.stages")
    yield (name, None), dict(_read(fields, table, has_openwhisk=True))


def _stages(function: str | None, value: Any, table: str) -> Iterator[tuple[_For, Mapping[str, Written]]]:
    for stage, fields in _table(value, table.replace("[", "", 1)).items():
        if not STAGE.fullmatch(stage):
            raise BadSettings(f"{table}.{stage}]: a stage is called by a-z, 0-9 and '-', a letter first")
        yield (function, stage), dict(_read(fields, f"{table}.{stage}", has_openwhisk=False))


def _read(value: Any, table: str, *, has_openwhisk: bool) -> Iterator[tuple[str, Written]]:
    """Yield what AWS's keys of a table set, and what OpenWhisk's table in it does."""
    fields = dict(_table(value, f"{table}]"))
    if openwhisk.TABLE in fields and not has_openwhisk:
        raise BadSettings(f"{table}.openwhisk]: OpenWhisk has no stages: put it under [defaults] or [functions.NAME]")
    of_openwhisk = fields.pop(openwhisk.TABLE, {})
    also = (openwhisk.TABLE,) if has_openwhisk else ()
    yield from _keys(fields, table, aws.KEYS, also)
    for key, one in _keys(of_openwhisk, f"{table}.{openwhisk.TABLE}", openwhisk.KEYS):
        yield f"{openwhisk.TABLE}.{key}", one


def _keys(fields: Any, table: str, known: Keys, also: tuple[str, ...] = ()) -> Iterator[tuple[str, Written]]:
    for key, value in _table(fields, f"{table}]").items():
        place = f"{table}] {key}"
        if key in known.tables:
            for name, one in _table(value, place).items():
                inner = f"{table}.{key}] {name}"
                yield f"{key}.{name}", Written(_value(known.tables[key], one, inner), inner)
        elif key in known.single:
            yield key, Written(_value(known.single[key], value, place), place)
        else:
            there_are = hint(key, (*known.single, *known.tables, *also))
            raise BadSettings(f"{table}] {key!r} is not known; {known.elsewhere.get(key) or there_are}")


def _value(kind: Kind, value: Any, place: str) -> Any:
    try:
        return kind.read(value)
    except ValueError as error:
        raise BadSettings(f"{place} must be {kind.expected}, and {str(error) or f'is {shown(value)}'}") from None


def _table(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadSettings(f"{place} must be a table")
    return value
