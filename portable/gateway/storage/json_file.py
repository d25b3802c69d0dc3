"""A small JSON file that is replaced as a whole, and is its owner's alone. Every function here waits for the disk."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

MAX_BYTES = 16 * 2**20


def read_json(path: Path) -> Any:
    """Return what a file says. Raises OSError or ValueError."""
    with path.open("rb") as file:
        text = file.read(MAX_BYTES + 1)
    if len(text) > MAX_BYTES:
        raise ValueError(f"it is over {MAX_BYTES} bytes")
    return json.loads(text)


def replace_text(path: Path, text: str) -> None:
    """Give a file another text: whole, or not at all. Raises OSError."""
    new_path = path.with_suffix(".new")
    descriptor = os.open(new_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new_path.replace(path)


def put_aside(path: Path) -> Path:
    """Rename a file that cannot be used, and return its new path. Raises OSError."""
    return path.replace(path.with_suffix(".broken"))
