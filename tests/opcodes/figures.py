"""The kept figures: one for each case and each minor version of Python."""

from __future__ import annotations

import json
import sys
from pathlib import Path

FILE = Path(__file__).with_name("figures.json")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
MOST_GROWTH = 1.1


def kept() -> dict[str, int]:
    """Return the figures for this Python; {} if there are none."""
    figures: dict[str, int] = json.loads(FILE.read_text(encoding="utf-8")).get(PYTHON, {})
    return figures


def complaint(case: str, old: int | None, new: int, python: str = PYTHON) -> str:
    """Return what is wrong with a case's new figure and what to do about it, or ""."""
    what_to_do = f"to keep what is measured now: python{python} -m tests.opcodes --write"
    if old is None:
        return f"no figure is kept for {case!r} on Python {python}; {what_to_do}"
    if new <= old * MOST_GROWTH:
        return ""
    return f"{case} took {old} opcodes and takes {new} ({new / old - 1:+.0%}); if that is on purpose, {what_to_do}"


def keep(figures: dict[str, int]) -> None:
    """Make these the figures for this Python."""
    every = {**json.loads(FILE.read_text(encoding="utf-8")), PYTHON: figures}
    FILE.write_text(json.dumps(every, indent=2, sort_keys=True) + "\n", encoding="utf-8")
