"""What one check of a doctor found, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from .console import Console
from .errors import DeployError
from .looks import styled

_MARKS = {True: "ok", False: "NO", None: "--"}
_STYLES = {True: "green", False: "red", None: "yellow"}


@dataclass(frozen=True)
class Finding:
    """What one check found; `is_well` is None for what is only good to know."""

    about: str
    said: str
    is_well: bool | None = True

    def line(self, *, color: bool) -> str:
        """Return the line for people."""
        mark = _MARKS[self.is_well]
        return f"  {styled(mark, _STYLES[self.is_well]) if color else mark}  {self.about:12} {self.said}"


def tried(about: str, check: Callable[[], str], explained: Callable[[Exception], DeployError]) -> Finding:
    """Return what a check says if all is well, and else what went wrong: the next check comes anyway."""
    try:
        return Finding(about, check())
    except Exception as error:  # noqa: BLE001 - whatever it is
        return Finding(about, str(explained(error)).replace("\n", "; "), is_well=False)


def tell(findings: Sequence[Finding], console: Console, *, bad: str) -> int:
    """Print every finding, and `bad` if one is; return the exit code."""
    well = all(finding.is_well is not False for finding in findings)
    lines = [finding.line(color=console.color) for finding in findings]
    text = "\n".join([*lines, "", "all is there" if well else bad])
    console.result(text, findings=[asdict(finding) for finding in findings], well=well)
    return 0 if well else 1
