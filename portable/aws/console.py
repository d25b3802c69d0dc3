"""What a command prints: plans and progress for people, one JSON object for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from .plan import Difference, Plan, Step
from .world import World

_COLORS = {"+": "32", "~": "33", "-": "31", "?": "36"}
_WORDS = {"+": "to add", "~": "to change", "-": "to remove"}
_KIND_WIDTH = 16


@dataclass
class Console:
    """The streams of one command. With `json` people's text is left out; `quiet` leaves out what is no result."""

    world: World
    json: bool = False
    quiet: bool = False
    color: bool = False
    _began: list[float] = field(default_factory=list)

    def say(self, text: str = "") -> None:
        """Print a line for people."""
        if not self.json and not self.quiet:
            self._write(self.world.stdout, text)

    def result(self, text: str, **facts: Any) -> None:
        """Print what was asked for: the text for people, the facts as one JSON object for machines."""
        self._write(self.world.stdout, json.dumps(facts, indent=2) if self.json else text)

    def warn(self, text: str) -> None:
        """Print a line to stderr, whatever is asked for on stdout."""
        self._write(self.world.stderr, text)

    def plan(self, plan: Plan) -> None:
        """Print a plan."""
        for line in self.plan_lines(plan):
            self.say(line)

    def plan_lines(self, plan: Plan) -> list[str]:
        """Return the lines of a plan, in color where that is wanted."""
        return [self._colored(line) for line in plan_lines(plan)]

    def show_before_asking(self, plan: Plan) -> None:
        """Print a plan to stderr where it was left out, because somebody is about to be asked about it."""
        if self.json or self.quiet:
            self.warn("\n".join(plan_lines(plan)))

    def begin(self, step: Step) -> None:
        """Note when a step begins."""
        self._began.append(self.world.clock())

    def end(self, step: Step) -> None:
        """Print a step that is done, with the seconds it took."""
        self.say(self._colored(f"{step_line(step)}  ({self.world.clock() - self._began.pop():.1f} s)"))

    def undo(self, step: Step) -> None:
        """Print that a step is taken back."""
        self.warn(f"  taking back: {step.kind} {step.name}")

    def _colored(self, line: str) -> str:
        sign = line.lstrip()[:1]
        return f"\x1b[{_COLORS[sign]}m{line}\x1b[0m" if self.color and sign in _COLORS else line

    @staticmethod
    def _write(stream: IO[str], text: str) -> None:
        print(text, file=stream, flush=True)


def step_line(step: Step) -> str:
    """Return the line of a step."""
    return f"  {step.sign} {step.kind:{_KIND_WIDTH}} {step.name}"


def plan_lines(plan: Plan) -> list[str]:
    """Return a plan as people read it."""
    lines = []
    for step in plan.steps:
        lines.append(step_line(step))
        lines += [f"      {_difference(one)}" for one in step.differences]
    lines += ["", _summary(plan)] if plan.steps else []
    return lines + [f"note: {note}" for note in plan.notes]


def plan_facts(plan: Plan) -> dict[str, Any]:
    """Return a plan as machines read it."""
    return {"changes": [_step_facts(step) for step in plan.steps], "notes": list(plan.notes)}


def _step_facts(step: Step) -> Mapping[str, Any]:
    differences = [{"name": one.name, "before": one.before, "after": one.after} for one in step.differences]
    return {"sign": step.sign, "kind": step.kind, "name": step.name, "differences": differences}


def _difference(one: Difference) -> str:
    if one.before is None or one.after is None:
        return f"{one.name}: {one.after if one.before is None else f'{one.before}, goes'}"
    return f"{one.name}: {one.before} -> {one.after}"


def _summary(plan: Plan) -> str:
    counts = {word: sum(step.sign == sign for step in plan.steps) for sign, word in _WORDS.items()}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "only checks"
