"""What the rules find: of a function that is deployed, or of every function of a stack file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..stack.messages import FunctionDeployment
from ..stack.stack_file import read_stack
from .model import Finding, Severity, Subject
from .rules import RULES
from .source import streams_of
from .targets import TARGETS


def findings_of(deployment: FunctionDeployment, targets: Sequence[str] = tuple(TARGETS)) -> list[Finding]:
    """Return what the targets would not take of a deployment, target by target in their order."""
    return _findings(Subject(deployment), targets)


def findings_of_stack(path: Path, environ: Mapping[str, str], targets: Sequence[str]) -> list[Finding]:
    """Return what the targets would not take of a stack file, function by function. Raises Refused as `read_stack`."""
    functions = read_stack(path, environ, takes_devices=True)
    subjects = (
        Subject(
            one.deployment,
            lang=one.lang,
            number=number,
            build_keys=one.build_keys,
            devices=one.devices,
            copied=one.copied,
            streamed=streams_of(one.handler_dir),
        )
        for number, one in enumerate(functions, 1)
    )
    return [finding for subject in subjects for finding in _findings(subject, targets)]


def note_of(deployment: FunctionDeployment) -> str:
    """Return a line about who would refuse a deployment, and why; "" if nobody would."""
    refused: dict[str, list[str]] = {}
    for finding in findings_of(deployment):
        if finding.severity is Severity.REFUSES:
            refused.setdefault(finding.target, []).append(finding.what)
    return "; ".join(f"{target} would refuse {', '.join(what)}" for target, what in refused.items())


def _findings(subject: Subject, targets: Iterable[str]) -> list[Finding]:
    return [
        Finding(subject.deployment.name.name, target, rule.id, rule.severity, _line(what), rule.says, rule.source)
        for target in targets
        for rule in RULES
        if target in rule.targets
        for what in rule.check(subject)
    ]


def _line(text: str) -> str:
    return text if text.isprintable() else repr(text)[1:-1]
