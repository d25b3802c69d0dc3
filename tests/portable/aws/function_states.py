"""States of a function for tests: each names only what matters to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portable.aws.plan import Call, Step
from portable.aws.resources.function_state import Alias, FunctionState

from .targets import NAMES


def make_state(
    versions: Sequence[str | Mapping[str, Any]] = ("1", "2", "3"),
    *,
    latest: Mapping[str, Any] | None = None,
    live: str | None = None,
    canary: tuple[str, float] = ("", 0.0),
    previous: str | None = None,
    description: str = "",
) -> FunctionState:
    """Return a function with these versions, oldest first: a number alone, or the configuration."""
    return FunctionState(
        latest=latest or {"CodeSha256": "none"},
        tags=NAMES.tags,
        live=Alias(live, "r1", canary[0] or None, canary[1], description) if live else None,
        previous=Alias(previous, "r2") if previous else None,
        versions=tuple(one if isinstance(one, Mapping) else {"Version": one} for one in versions),
    )


def said(step: Step) -> dict[str, tuple[str | None, str | None]]:
    """Return a step's differences, before and after."""
    return {one.name: (one.before, one.after) for one in step.differences}


def aliases_set(actions: Sequence[Any]) -> list[tuple[str, str, Any]]:
    """Return the calls among the actions that change an alias: operation, alias and its new version."""
    calls = [action for action in actions if isinstance(action, Call) and "alias" in action.operation]
    return [(call.operation, call.params["Name"], call.params.get("FunctionVersion")) for call in calls]
