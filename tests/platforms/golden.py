"""Golden events: a native payload as its vendor documents it, and the Event that must come of it.

Each file is `{"source": the vendor's page, "event": the payload, "expected": the Event's members}`.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, NamedTuple

from platforms.contract import Event

MEMBERS = {"method", "path", "raw_path", "raw_query", "base_path", "query", "headers", "cookies", "body"} | {
    *("scheme", "host", "client_ip")
}


class Golden(NamedTuple):
    """One file: its name, and what it holds."""

    name: str
    source: str
    event: Any
    expected: dict[str, Any]


def load(folder: Path, name: str = "events") -> list[Golden]:
    """Return the golden events beside a test, from the folder `name`."""
    files = sorted((folder / name).glob("*.json"))
    assert files, f"no golden events in {folder / name}"
    return [Golden(file.stem, **json.loads(file.read_text(encoding="utf-8"))) for file in files]


def check(golden: Golden, event: Event) -> None:
    """Compare every member of an Event with what is expected of it."""
    expected = dict(golden.expected)
    if "body_base64" in expected:
        expected["body"] = base64.b64decode(expected.pop("body_base64"))
    else:
        expected["body"] = expected["body"].encode()
    assert golden.source.startswith("https://")
    assert expected.keys() >= MEMBERS

    assert seen(event) == {member: expected[member] for member in MEMBERS}


def seen(event: Event) -> dict[str, Any]:
    """Return every member of an Event as plain values."""
    return {
        **{name: getattr(event, name) for name in MEMBERS - {"query", "headers", "cookies"}},
        "query": {name: event.query.getlist(name) for name in event.query},
        "headers": dict(event.headers),
        "cookies": dict(event.cookies),
    }
