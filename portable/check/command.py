"""`python -m portable check`: will the functions of a stack file run elsewhere?"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..stack.errors import Refused
from .findings import findings_of_stack
from .report import as_json, as_text, counted
from .targets import TARGETS, parse_targets


def check(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[str, int]:
    """Return the report and the exit code: 0, or 1 if a target refuses anything.

    Ends the program for --help (0), and for arguments or a stack file that cannot be used (2).
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        targets = parse_targets(options.targets)
        findings = findings_of_stack(options.stack, environ, targets)
    except (ValueError, Refused) as error:
        parser.error(str(error))
    counts = counted(findings)
    is_bad = counts["refused"] or (options.strict and counts["ignored"])
    return (as_json if options.json else as_text)(findings, targets), int(bool(is_bad))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m portable check",
        description="Say what other platforms would refuse, ignore or do otherwise of a stack file's functions. "
        "Ends with 1 if anything is refused, and 2 if the file cannot be read.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("stack", nargs="?", type=Path, default=Path("stack.yml"), help="the stack file (default: stack.yml)")
    every = ",".join(TARGETS)
    add("--for", dest="targets", metavar="TARGET[,...]", default=every, help=f"which platforms (default: {every})")
    add("--strict", action="store_true", help="end with 1 if anything is ignored, too")
    add("--json", action="store_true", help="print the report as JSON")
    return parser
