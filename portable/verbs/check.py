"""`portable check`: say what other platforms would refuse or ignore of a stack file."""

from __future__ import annotations

from .passing import Run, passed_on


def _load() -> Run:
    from ..check.__main__ import main

    return main


command = passed_on("check", "Say what other platforms would refuse or ignore of a stack file.", _load)
