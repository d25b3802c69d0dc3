"""The front door that the settings want, whichever of the three it is, and the removal of the others.

A door that is no longer wanted goes after the wanted one has been checked, so somebody is always served.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..artifact.target import Target
from ..aws import Aws
from ..names import Names
from ..plan import CheckUrl, Fill, Step
from ..settings import Settings
from . import function_url, http_api, permissions, rest_api, rest_stage, usage_plan
from .function_state import FunctionState
from .http_api import HttpApi
from .permissions import Permission
from .rest_api import RestApi
from .usage_plan import Usage


@dataclass(frozen=True)
class Doors:
    """What there is of each door."""

    rest: RestApi | None = None
    usage: Usage = field(default_factory=Usage)
    http: HttpApi | None = None
    url: Mapping[str, Any] | None = None


def read(aws: Aws, names: Names) -> Doors:
    """Return what there is."""
    return Doors(
        rest_api.read(aws, names),
        usage_plan.read(aws, names),
        http_api.read(aws, names),
        function_url.read(aws, names),
    )


def changes(found: Doors, state: FunctionState | None, target: Target) -> list[Step]:
    """Return the steps to the wanted door, the check of its URL, and then what takes away the rest.

    Raises BadSettings for a spec that cannot be served, and for a canary with a changed spec.
    """
    statements = state.statements if state else {}
    return [
        *_wanted(found, statements, target),
        *_check(found, target),
        *(rest_stage.prune(found.rest, target) if target.settings.front_door == "rest" else ()),
        *_unwanted(found, target),
        *permissions.removal(statements, _permissions(found, target), target.names),
    ]


def removal(found: Doors, names: Names, *, function_is_ours: bool = True) -> list[Step]:
    """Return what takes every door away. The permissions go with the alias; a URL has no tags but the function's."""
    return [
        *usage_plan.removal(found.usage, names),
        *rest_api.removal(found.rest, names),
        *http_api.removal(found.http, names),
        *(function_url.removal(found.url, names) if function_is_ours else ()),
    ]


def rollback_steps(found: Doors, names: Names, version: str) -> list[Step]:
    """Return what takes the spec back to that of a version: see `rest_stage.rollback_steps`."""
    return rest_stage.rollback_steps(found.rest, names, version)


def rollback_notes(found: Doors, version: str) -> tuple[str, ...]:
    """Return what the reader should know of it: see `rest_stage.rollback_notes`."""
    return rest_stage.rollback_notes(found.rest, version)


def known(found: Doors, target: Target) -> dict[str, str]:
    """Return `url` and, of an API, `api_id`, as far as they are known before the first call."""
    match target.settings.front_door:
        case "rest" if found.rest:
            return {"api_id": found.rest.id, "url": rest_api.url(target.names, found.rest.id)}
        case "http" if found.http:
            return {"api_id": found.http.id, "url": found.http.url}
        case "url" if found.url:
            return {"url": found.url["FunctionUrl"]}
    return {}


def url_of(found: Doors, names: Names) -> str | None:
    """Return where the function is served; None if nowhere. While one door takes another's place there are two."""
    if found.rest and found.rest.stage:
        return rest_api.url(names, found.rest.id)
    if found.http and found.http.stage:
        return found.http.url
    return found.url["FunctionUrl"] if found.url else None


def _wanted(found: Doors, statements: Mapping[str, Mapping[str, Any]], target: Target) -> Iterator[Step]:
    permitting = permissions.steps(statements, _permissions(found, target), target.names)
    match target.settings.front_door:
        case "rest":
            yield from rest_api.changes(found.rest, target)
            yield from permitting
            yield from rest_stage.changes(found.rest, target)
            if target.settings.api_key:
                yield from usage_plan.changes(found.usage, found.rest.id if found.rest else None, target)
        case "http":
            yield from http_api.changes(found.http, target)
            yield from permitting
        case "url":
            yield from permitting
            yield from function_url.changes(found.url, target)


def _permissions(found: Doors, target: Target) -> tuple[Permission, ...]:
    match target.settings.front_door:
        case "rest":
            return rest_api.permission(found.rest, target)
        case "http":
            return http_api.permission(found.http, target)
        case "url":
            return function_url.permission(target)
    return ()


def check(found: Doors, settings: Settings, url: str | Fill) -> Step:
    """Return the step that asks a URL for an answer, with the API key that it may want."""
    key = usage_plan.key_id(found.usage) if settings.front_door == "rest" and settings.api_key else None
    return Step("?", "check", "url", actions=(CheckUrl(url, key),))


def _check(found: Doors, target: Target) -> Iterator[Step]:
    if target.smoke and target.settings.front_door != "none":
        yield check(found, target.settings, Fill("{url}"))


def _unwanted(found: Doors, target: Target) -> Iterator[Step]:
    names, door = target.names, target.settings.front_door
    needs_key = door == "rest" and target.settings.api_key
    yield from (usage_plan.duplicates if needs_key else usage_plan.removal)(found.usage, names)
    yield from (rest_api.duplicates if door == "rest" else rest_api.removal)(found.rest, names)
    yield from (http_api.duplicates if door == "http" else http_api.removal)(found.http, names)
    if door != "url":
        yield from function_url.removal(found.url, names)
