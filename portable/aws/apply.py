"""The only stage that changes anything: it carries out a plan, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import jmespath

from ..deploying.errors import DeployError
from .aws import Aws, AwsError
from .plan import Action, Call, CheckUrl, CheckVersion, Fill, Plan, Step, Wait


class CheckFailed(Exception):
    """A version or a URL did not answer as it should; the message says what it answered."""


class Unhealthy(DeployError):
    """A check failed after the change; what could be taken back was."""

    exit_code = 4


class Checks(Protocol):
    """What asks a version and a URL for an answer. Both raise CheckFailed."""

    def version(self, version: str) -> None:
        """Invoke a version with the smoke request."""

    def url(self, url: str, api_key_id: str | None) -> None:
        """Send the smoke request to a URL until it answers as it should."""


class Progress(Protocol):
    """What shows how far it is."""

    def begin(self, step: Step) -> None:
        """Show that a step begins."""

    def end(self, step: Step) -> None:
        """Show that it is done."""

    def undo(self, step: Step) -> None:
        """Show that it is taken back."""


def carry_out(plan: Plan, aws: Aws, checks: Checks, progress: Progress) -> dict[str, str]:
    """Carry out a plan; return what got known on the way (`version`, `url` ...).

    Raises DeployError where a call fails: everything before it is done, and the next plan goes on from there.
    Raises Unhealthy where a check fails, after what could be taken back was.
    """
    known = dict(plan.known)
    done: list[Step] = []
    for step in plan.steps:
        progress.begin(step)
        try:
            for action in step.actions:
                _act(action, known, aws, checks)
        except CheckFailed as error:
            _take_back(done, known, aws, progress, error)
        done.append(step)
        progress.end(step)
    return known


def _act(action: Action, known: dict[str, str], aws: Aws, checks: Checks) -> None:
    match action:
        case Call():
            _call(action, known, aws)
        case Wait():
            aws.wait(action.waiter, **_filled(action.params, known))
        case CheckVersion():
            checks.version(_filled(action.version, known))
        case CheckUrl():
            checks.url(_filled(action.url, known), _filled(action.api_key_id, known))


def _call(call: Call, known: dict[str, str], aws: Aws) -> None:
    try:
        answer = aws.call(call.service, call.operation, **_filled(call.params, known))
    except AwsError as error:
        if error.code not in call.done_if:
            raise
        return
    _check_answer(call, answer)
    for name, path in call.keeps.items():
        value = jmespath.search(path, answer)
        if value is None:
            raise DeployError(f"{call.service} {call.operation} answered without {path}")
        known[name] = str(value)


def _check_answer(call: Call, answer: Mapping[str, Any]) -> None:
    """Raise DeployError if the answer is not what is expected, without its values: they may be secret."""
    others = [path.partition(" ")[0] for path, value in call.expects.items() if jmespath.search(path, answer) != value]
    if others:
        raise DeployError(
            f"{call.service} {call.operation}: not as it was set: {', '.join(others)}\n"
            "Someone else changed it meanwhile; run the command again"
        )


def _take_back(done: list[Step], known: dict[str, str], aws: Aws, progress: Progress, error: CheckFailed) -> None:
    """Undo, last step first. Raises Unhealthy, with what is still not taken back if that fails."""
    undone = [step for step in reversed(done) if step.undo]
    for step in undone:
        progress.undo(step)
        try:
            for call in step.undo:
                _call(call, known, aws)
        except DeployError as why:
            raise Unhealthy(f"{error}\nand {step.kind} {step.name} could not be taken back: {why}") from error
    raise Unhealthy(str(error) if undone else f"{error}\nnothing was taken back") from error


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    """Return the value with every Fill in it replaced by its text."""
    if isinstance(value, Fill):
        return value.text.format_map(known)
    if isinstance(value, Mapping):
        return {_filled(key, known): _filled(one, known) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(one, known) for one in value]
    return value
