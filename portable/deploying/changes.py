"""The lines of a plan: what comes, changes or goes, as people and machines read it. Nothing here calls anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Sign: TypeAlias = Literal["+", "~", "-", "?"]


@dataclass(frozen=True)
class Difference:
    """One property of something; None where it has none. A value that must not be shown is never put in here."""

    name: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.name}: {self.after}"
        if self.after is None:
            return f"{self.name}: {self.before}, goes"
        return f"{self.name}: {self.before} -> {self.after}"


@dataclass(frozen=True)
class Change:
    """Something that comes (+), changes (~) or goes (-), or a check alone (?); `kind` is the platform's word for it."""

    sign: Sign
    kind: str
    name: str
    differences: tuple[Difference, ...] = ()

    def line(self, kind_width: int) -> str:
        """Return the line for people, without the differences."""
        return f"  {self.sign} {self.kind:{kind_width}} {self.name}"


def lines(changes: Iterable[Change], kind_width: int) -> list[str]:
    """Return a line for each change, and its differences below it."""
    found = []
    for change in changes:
        found.append(change.line(kind_width))
        found += [f"      {difference}" for difference in change.differences]
    return found


def counted(changes: Iterable[Change], words: Mapping[Sign, str]) -> str:
    """Return `1 to add, 2 to change`, in the order of `words`; a sign without a word is not counted."""
    signs = [change.sign for change in changes]
    return ", ".join(f"{signs.count(sign)} {word}" for sign, word in words.items() if sign in signs)


def facts(change: Change, kind: str = "kind") -> dict[str, Any]:
    """Return a change for machines, with its kind under the name `kind`."""
    differences = [asdict(one) for one in change.differences]
    return {"sign": change.sign, kind: change.kind, "name": change.name, "differences": differences}
