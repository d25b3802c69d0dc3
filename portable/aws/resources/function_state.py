"""What there is of the function: `$LATEST`, the versions that the aliases point to, and who may call the alias."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..aws import Aws
from ..names import ALIAS_LIVE, ALIAS_PREVIOUS, Names


@dataclass(frozen=True)
class Alias:
    """An alias: the version it points to, and the share of calls that go to another one."""

    version: str
    revision_id: str
    canary_version: str | None = None
    canary_weight: float = 0.0
    description: str = ""


@dataclass(frozen=True)
class FunctionState:
    """One stage's function. Configurations are as get_function_configuration answers."""

    latest: Mapping[str, Any]
    tags: Mapping[str, str]
    reserved_concurrency: int | None = None
    live: Alias | None = None
    previous: Alias | None = None
    versions: tuple[Mapping[str, Any], ...] = ()
    """Every published version, oldest first."""
    others: frozenset[str] = frozenset()
    """What else is pointed to: the versions of other aliases than these two, and what has a weight in `previous`."""
    statements: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The resource policy of the alias `live`: its statements by their Sid."""

    def version(self, number: str | None) -> Mapping[str, Any] | None:
        """Return the configuration of a published version; None if there is none of that number."""
        return next((one for one in self.versions if one["Version"] == number), None)


def read(aws: Aws, names: Names) -> FunctionState | None:
    """Return what there is; None if there is no function."""
    function = aws.find("lambda", "get_function", FunctionName=names.base)
    if function is None:
        return None
    versions = aws.pages("lambda", "list_versions_by_function", "Versions", FunctionName=names.base)
    found = aws.pages("lambda", "list_aliases", "Aliases", FunctionName=names.base)
    by_name = {alias["Name"]: alias for alias in found}
    return FunctionState(
        latest=function["Configuration"],
        tags=function.get("Tags", {}),
        reserved_concurrency=function.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
        live=_alias(by_name.get(ALIAS_LIVE)),
        previous=_alias(by_name.get(ALIAS_PREVIOUS)),
        versions=tuple(sorted((v for v in versions if v["Version"] != "$LATEST"), key=lambda v: int(v["Version"]))),
        others=frozenset(_others(by_name)),
        statements=_statements(aws, names),
    )


def _alias(found: Mapping[str, Any] | None) -> Alias | None:
    if found is None:
        return None
    canary = next(iter(_weights(found).items()), (None, 0.0))
    description = found.get("Description") or ""
    return Alias(found["FunctionVersion"], found.get("RevisionId", ""), canary[0], canary[1], description)


def _weights(alias: Mapping[str, Any]) -> Mapping[str, float]:
    return (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}


def _others(aliases: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, alias in aliases.items():
        if name != ALIAS_LIVE:
            yield from _weights(alias)
        if name not in (ALIAS_LIVE, ALIAS_PREVIOUS):
            yield alias["FunctionVersion"]


def _statements(aws: Aws, names: Names) -> dict[str, Mapping[str, Any]]:
    found = aws.find("lambda", "get_policy", FunctionName=names.base, Qualifier=ALIAS_LIVE)
    if found is None:
        return {}
    return {statement["Sid"]: statement for statement in json.loads(found["Policy"])["Statement"]}
