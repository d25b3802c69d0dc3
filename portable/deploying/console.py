"""What a command prints: lines for people, one JSON object for machines, and never what is hidden."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO, Any

from .looks import styled
from .world import World

# shorter ones would make holes in every text, and are no secrets
_SHORTEST_HIDDEN = 4
_STYLES = {"+": "green", "~": "yellow", "-": "red", "?": "cyan"}


@dataclass
class Console:
    """The streams of one command: `json` leaves out the text for people, `quiet` all but results and errors."""

    world: World
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: bool = False
    _hidden: set[str] = field(default_factory=set, repr=False)
    _hidden_in_errors: set[str] = field(default_factory=set, repr=False)

    def hide(self, *values: str) -> None:
        """Print `***` wherever one of these would stand."""
        self._hidden |= _spellings(values)

    def hide_in_errors(self, *values: str) -> None:
        """Print `***` for one of these in traces and errors, where others' words are repeated; our own have none."""
        self._hidden_in_errors |= _spellings(values)

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

    def trace(self, text: str) -> None:
        """Print a line to stderr if -v is given."""
        if self.verbose:
            self.warn(self.without_hidden(text))

    def fail(self, message: str, exit_code: int) -> int:
        """Print what the command failed with; return the exit code."""
        message = self.without_hidden(message)
        self.warn(message)
        if self.json:
            self.result("", error=message.removeprefix("error: "), exit_code=exit_code)
        return exit_code

    def without_hidden(self, text: str) -> str:
        """Return a text that others wrote, with `***` for every hidden value."""
        return _without(self._hidden | self._hidden_in_errors, text)

    def colored(self, line: str) -> str:
        """Return a line of a plan in the color of its sign, if colors are wanted."""
        sign = line.lstrip()[:1]
        return styled(line, _STYLES[sign]) if self.color and sign in _STYLES else line

    def _write(self, stream: IO[str], text: str) -> None:
        print(_without(self._hidden, text), file=stream, flush=True)


def _spellings(values: Iterable[str]) -> set[str]:
    """Return what to look for: the values, and what JSON makes of them."""
    long = [value for value in values if len(value) >= _SHORTEST_HIDDEN]
    return {*long, *(json.dumps(value, ensure_ascii=is_ascii)[1:-1] for value in long for is_ascii in (True, False))}


def _without(hidden: Iterable[str], text: str) -> str:
    for value in sorted(hidden, key=len, reverse=True):
        text = text.replace(value, "***")
    return text
