"""`portable check`: will the functions of a stack file run elsewhere?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .findings import findings_of_stack
from .report import as_json, as_text, counted
from .targets import TARGETS, parse_targets


def check(
    stack: Path, environ: Mapping[str, str], targets: str | None = None, *, strict: bool = False, json: bool = False
) -> tuple[str, int]:
    """Return the report and the exit code: 0, or 1 if a target refuses anything, and if `strict` ignores anything.

    Raises BadSettings for a target that there is not, Refused for a stack file that cannot be used.
    """
    names = parse_targets(",".join(TARGETS) if targets is None else targets)
    findings = findings_of_stack(stack, environ, names)
    counts = counted(findings)
    is_bad = counts["refused"] or (strict and counts["ignored"])
    return (as_json if json else as_text)(findings, names), int(bool(is_bad))
