"""A stack file that uses everything, and what is found: `python -m tests.portable.check.everything` writes that."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from portable.check.findings import findings_of_stack
from portable.check.targets import TARGETS

STACK = Path(__file__).with_name("everything.yml")
EXPECTED = Path(__file__).with_name("everything.txt")
HANDLER = 'def handle(event, context):\n    return {"headers": {"Content-Type": "text/event-stream"}}\n'


def lay_out(folder: Path) -> Path:
    """Make a project of the stack file in an empty folder, and return the file."""
    shutil.copy(STACK, folder / "stack.yml")
    (folder / "large.yml").write_text(f"environment: {{LARGE: {'x' * 33_000}}}\n")
    (folder / "streaming").mkdir()
    (folder / "streaming" / "handler.py").write_text(HANDLER)
    return folder / "stack.yml"


def found(folder: Path) -> str:
    """Return what is found in it, a line each: function, target, rule, severity, and what it is about."""
    findings = findings_of_stack(lay_out(folder), {}, tuple(TARGETS))
    return "".join(f"{one.function:.12} {one.target} {one.rule} {one.severity} {one.what}\n" for one in findings)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as written:
        EXPECTED.write_text(found(Path(written)))
