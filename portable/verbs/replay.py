"""`portable replay`: record calls, and replay them through every shim."""

from __future__ import annotations

from .passing import Run, passed_on


def _load() -> Run:
    from ..replay.__main__ import main

    return main


command = passed_on("replay", "Record calls, and replay them through every shim.", _load)
