"""A report in words and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from .model import Finding, Severity
from .targets import TARGETS

_VERBS = {Severity.REFUSES: "refuses", Severity.IGNORES: "ignores", Severity.DIFFERS: "differs in"}


def as_text(findings: Sequence[Finding], targets: Sequence[str]) -> str:
    """Return a line for each finding, one for each target with what no stack file tells, and a count."""
    found = [
        f"{one.function}: {one.target} {_VERBS[one.severity]} {one.what}: {one.says} ({one.source})" for one in findings
    ]
    unseen = [f"note: {name}: {TARGETS[name].unseen} ({TARGETS[name].source})" for name in targets]
    counts = ", ".join(f"{number} {name}" for name, number in counted(findings).items())
    return "\n".join([*found, *unseen, f"{counts} ({', '.join(targets)})"])


def as_json(findings: Sequence[Finding], targets: Sequence[str]) -> str:
    """Return the same as one object."""
    notes = [TARGETS[name]._asdict() for name in targets]
    return json.dumps({"findings": [*map(asdict, findings)], "notes": notes, "counts": counted(findings)}, indent=2)


def counted(findings: Sequence[Finding]) -> dict[str, int]:
    """Return how many there are of each kind, also of those that there are none of."""
    counts = Counter(one.severity for one in findings)
    return {
        "refused": counts[Severity.REFUSES],
        "ignored": counts[Severity.IGNORES],
        "different": counts[Severity.DIFFERS],
    }
