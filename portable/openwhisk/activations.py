"""Activations as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# https://github.com/apache/openwhisk/blob/master/docs/reference.md#activation-record
_STATUSES = ("success", "application error", "action developer error", "whisk internal error")


def status_of(activation: Mapping[str, Any]) -> str:
    """Return how an activation ended, of its record or of its line in a list."""
    if isinstance(response := activation.get("response"), dict):
        return str(response.get("status") or "unknown")
    code = activation.get("statusCode")
    return _STATUSES[code] if isinstance(code, int) and 0 <= code < len(_STATUSES) else "unknown"


def line_of(activation: Mapping[str, Any]) -> str:
    """Return an activation's id, when it began, how long it took and how it ended."""
    start = activation.get("start")
    began = _time(start) if isinstance(start, int) else "unknown"
    duration = activation.get("duration")
    took = f"{duration} ms" if isinstance(duration, int) else "unknown"
    return f"{activation.get('activationId')}  {began}  {took}  {status_of(activation)}"


def facts_of(activation: Mapping[str, Any]) -> dict[str, Any]:
    """Return what machines read of an activation."""
    return {
        "activation": activation.get("activationId"),
        "status": status_of(activation),
        "start": activation.get("start"),
        "duration_ms": activation.get("duration"),
    }


def updated_at(entity: Mapping[str, Any]) -> str:
    """Return when an action was updated; older OpenWhisk does not tell."""
    updated = entity.get("updated")
    return _time(updated) if isinstance(updated, int) else "unknown"


def _time(epoch_ms: int) -> str:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
