"""Somebody else, who works at the same OpenWhisk with wsk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .api_server import ApiServer


def marked(server: ApiServer, *path: str) -> dict[str, Any]:
    """Return an action's annotations."""
    return {one["key"]: one["value"] for one in server.whisk.actions[path or ("meditations",)]["annotations"]}


def parameters(server: ApiServer, *path: str) -> list[dict[str, Any]]:
    """Return an action's parameters."""
    found: list[dict[str, Any]] = server.whisk.actions[path or ("meditations",)]["parameters"]
    return found


def update_as_somebody_else(server: ApiServer, *path: str, **content: Any) -> Callable[[], object]:
    """Return what somebody else does with wsk."""
    return lambda: server.whisk.put_action(path or ("meditations",), content, overwrite=True)
