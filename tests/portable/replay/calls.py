"""Calls for tests, as files and as values: each names only what matters to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CONFORMANCE = "tests/functions/conformance"
ROOT = Path(__file__).parents[3]


def call(case: str = "echo", *, target: str = "/", method: str = "POST", **members: Any) -> dict[str, Any]:
    """Return a call that makes the conformance function do `case`; `members` are of its request, and `expected`."""
    expected = {"expected": members.pop("expected")} if "expected" in members else {}
    headers = [["X-Case", case], *members.pop("headers", [])]
    return {"version": 1, "request": {"method": method, "target": target, "headers": headers, **members}, **expected}


def saved(folder: Path, value: Mapping[str, Any]) -> Path:
    """Write a call into a folder and return its file."""
    path = folder / "call.json"
    path.write_text(json.dumps(value))
    return path
