"""Whether a reply is the one that is expected, as a client of HTTP would see it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..emulators.messages import Pairs, Reply
from .call_file import Expected

_SHOWN = 60


def differences(expected: Expected, reply: Reply) -> list[str]:
    """Return how a reply differs, a line each; of the headers those are compared that are expected."""
    return list(_differences(expected, reply))


def fold_value(value: str) -> str:
    """Fold what HTTP lets a hop change: the spelling of a charset, the blank after a comma or semicolon."""
    if "charset=" in value.lower():
        value = value.lower()
    return value.replace("; ", ";").replace(", ", ",").replace(";", "; ").replace(",", ", ")


def fold_cookie(value: str) -> list[str]:
    """Fold what a browser does not see of a cookie: how an attribute is spelled, and an empty Domain or Path.

    https://www.rfc-editor.org/rfc/rfc6265#section-5.2
    """
    first, *attributes = value.split("; ")
    folded = (attribute.partition("=") for attribute in attributes)
    kept = [f"{name.lower()}={value}" for name, _, value in folded if value or name.lower() not in ("domain", "path")]
    return [first, *sorted(kept)]


def _differences(expected: Expected, reply: Reply) -> Iterator[str]:
    if expected.status != reply.status:
        yield f"status: expected {expected.status}, got {reply.status}"
    for name in dict.fromkeys(name.lower() for name, _ in expected.headers):
        wanted, got = _values(name, expected.headers), _values(name, reply.headers)
        if _folded(name, wanted) != _folded(name, got):
            yield f"header {name}: expected {_listed(wanted)}, got {_listed(got)}"
    if expected.body is not None and _comparable(expected.body) != _comparable(reply.body):
        yield f"body: {_first_difference(expected.body, reply.body)}"


def _values(name: str, headers: Pairs) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def _folded(name: str, values: list[str]) -> Any:
    """Return what must be equal: cookies in any order, other values joined, as hops may join them."""
    if name == "set-cookie":
        return sorted(fold_cookie(value) for value in values)
    return fold_value(", ".join(values)) if values else None


def _listed(values: list[str]) -> str:
    return ", ".join(repr(value) for value in values) or "none"


def _comparable(body: bytes) -> Any:
    """Return a body without what no two calls share: the request id in an error of ours."""
    try:
        value = json.loads(body) if body.startswith(b"{") else None
    except ValueError:
        value = None
    return value["error"] if isinstance(value, dict) and value.keys() == {"error", "requestId"} else body


def _first_difference(expected: bytes, got: bytes) -> str:
    pairs = enumerate(zip(expected, got, strict=False))
    start = next((index for index, (one, other) in pairs if one != other), min(len(expected), len(got)))
    sizes = f"expected {len(expected)} bytes, got {len(got)}"
    begin = max(0, start - 10)
    wanted, found = (_excerpt(body[begin : begin + _SHOWN]) for body in (expected, got))
    return f"{sizes}; from byte {begin} on expected {wanted}, got {found}"


def _excerpt(piece: bytes) -> str:
    return repr(piece.decode(errors="replace"))
