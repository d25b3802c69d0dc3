"""What a command prints of a plan, before it is carried out and meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..deploying import changes, console
from ..deploying.changes import Sign
from .plan import Plan, Step

_WORDS: Mapping[Sign, str] = {"+": "to add", "~": "to change", "-": "to remove"}
_KIND_WIDTH = 16


@dataclass
class Console(console.Console):
    """The streams of one command, and the Progress of `apply`."""

    _began: list[float] = field(default_factory=list, repr=False)

    def plan(self, plan: Plan) -> None:
        """Print a plan."""
        for line in self.plan_lines(plan):
            self.say(line)

    def plan_lines(self, plan: Plan) -> list[str]:
        """Return the lines of a plan, in color where that is wanted."""
        return [self.colored(line) for line in plan_lines(plan)]

    def show_before_asking(self, plan: Plan) -> None:
        """Print a plan to stderr where it was left out, because somebody is about to be asked about it."""
        if self.json or self.quiet:
            self.warn("\n".join(plan_lines(plan)))

    def begin(self, step: Step) -> None:
        """Note when a step begins."""
        self._began.append(self.world.clock())

    def end(self, step: Step) -> None:
        """Print a step that is done, with the seconds it took."""
        self.say(self.colored(f"{step.line(_KIND_WIDTH)}  ({self.world.clock() - self._began.pop():.1f} s)"))

    def undo(self, step: Step) -> None:
        """Print that a step is taken back."""
        self.warn(f"  taking back: {step.kind} {step.name}")


def plan_lines(plan: Plan) -> list[str]:
    """Return a plan as people read it."""
    counted = ["", changes.counted(plan.steps, _WORDS) or "only checks"] if plan.steps else []
    return [*changes.lines(plan.steps, _KIND_WIDTH), *counted, *(f"note: {note}" for note in plan.notes)]


def plan_facts(plan: Plan) -> dict[str, Any]:
    """Return a plan as machines read it."""
    return {"changes": [changes.facts(step) for step in plan.steps], "notes": list(plan.notes)}
