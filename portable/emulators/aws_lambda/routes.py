"""Which resource of a REST API a request is for: the paths and methods of function/openapi.json, no others. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Route(NamedTuple):
    """A path of the spec, with what stands in the request for its `{names}`, percent-encoded as it came."""

    resource: str
    parameters: Mapping[str, str]


DEFAULT = Route("$default", {})
"""What a door without routes sends everything to."""


def route_of(spec: Mapping[str, Any], method: str, path: str) -> Route | None:
    """Return where API Gateway sends a request: of the paths that fit, the one whose first segments are plain.

    None if no path fits, or the one that does has not the method.
    """
    fitting = [
        (_rank(resource), Route(resource, parameters), operations)
        for resource, operations in spec.get("paths", {}).items()
        if (parameters := _fit(resource, path)) is not None
    ]
    if not fitting:
        return None
    _, route, operations = min(fitting, key=lambda one: one[0])
    return route if method.lower() in operations else None


def _fit(resource: str, path: str) -> dict[str, str] | None:
    """Return the values of a resource's parameters in a path; None if it does not fit."""
    wanted, given = _segments(resource), _segments(path)
    parameters: dict[str, str] = {}
    for index, segment in enumerate(wanted):
        if segment.endswith("+}") and given[index:]:
            return {**parameters, segment[1:-2]: "/".join(given[index:])}
        if index >= len(given):
            return None
        if segment.startswith("{"):
            parameters[segment[1:-1]] = given[index]
        elif segment != given[index]:
            return None
    return parameters if len(wanted) == len(given) else None


def _segments(path: str) -> list[str]:
    bare = path.strip("/") if path.endswith("/") else path[1:]
    return bare.split("/") if bare else []


def _rank(resource: str) -> list[int]:
    return [2 if segment.endswith("+}") else int(segment.startswith("{")) for segment in _segments(resource)]
