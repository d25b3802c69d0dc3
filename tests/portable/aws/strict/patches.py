"""API Gateway's patches: each names a path of the resource, and a path that it does not know is refused.

https://docs.aws.amazon.com/apigateway/latest/developerguide/patch-operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .exchange import Refusal


def patch(
    resource: dict[str, Any], operations: list[Mapping[str, str]], known: Mapping[str, Callable[[str], Any]]
) -> dict[str, Any]:
    """Return the resource as the operations make it; `known` maps each path to the type of its value."""
    patched = {**resource}
    for operation in operations:
        names = operation["path"][1:].split("/")
        kind = known.get(operation["path"])
        if operation["op"] == "replace" and kind:
            _set(patched, names, kind(operation["value"]))
        elif operation["op"] == "remove" and any(path.startswith(operation["path"]) for path in known):
            _set(patched, names, None)
        else:
            raise bad(f"Invalid patch path '{operation['path']}' specified for op '{operation['op']}'")
    return patched


def truth(text: str) -> bool:
    """Return the truth that a patch says."""
    if text not in ("true", "false"):
        raise bad(f"Invalid boolean {text!r}")
    return text == "true"


def bad(message: str) -> Refusal:
    """Return the refusal of a request."""
    return Refusal("BadRequestException", message)


def missing(message: str) -> Refusal:
    """Return the refusal of an identifier."""
    return Refusal("NotFoundException", message, 404)


def conflict(message: str) -> Refusal:
    """Return the refusal of what there is already."""
    return Refusal("ConflictException", message, 409)


def _set(resource: dict[str, Any], names: list[str], value: Any) -> None:
    *parents, last = names
    place = resource
    for name in parents:
        place[name] = {**place.get(name, {})}
        place = place[name]
    if value is None:
        place.pop(last, None)
    else:
        place[last] = value
