"""Which resource of an API a request is for: of the paths and methods of its OpenAPI document, no others. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Route(NamedTuple):
    """A path of the spec, with what stands in the request for its `{names}`, percent-encoded as it came."""

    resource: str
    parameters: Mapping[str, str]


# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-any-method.html
ANY_METHOD = "x-amazon-apigateway-any-method"
ANY_PATH: Mapping[str, Any] = {"paths": {path: {ANY_METHOD: {}} for path in ("/", "/{proxy+}")}}
"""The spec of an API that sends every path and method on."""

DEFAULT = Route("$default", {})
"""What a door without routes sends everything to."""


def route_of(spec: Mapping[str, Any], method: str, path: str) -> Route | None:
    """Return where API Gateway sends a request; None if no path fits, or the one that does has not the method."""
    paths = spec.get("paths", {})
    route = match(paths, path)
    return route if route and {method.lower(), ANY_METHOD} & paths[route.resource].keys() else None


def match(resources: Iterable[str], path: str) -> Route | None:
    """Return of the resources that fit a path the one whose first segments are plain; None if none fits."""
    fitting = [Route(resource, found) for resource in resources if (found := _fit(resource, path)) is not None]
    return min(fitting, key=lambda route: _rank(route.resource), default=None)


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
    bare = path.rstrip("/")[1:]
    return bare.split("/") if bare else []


def _rank(resource: str) -> list[int]:
    return [2 if segment.endswith("+}") else int(segment.startswith("{")) for segment in _segments(resource)]
