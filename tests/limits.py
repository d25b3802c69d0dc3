"""What each platform cannot carry, as the drivers say it: `python -m tests.limits` writes it into ARCHITECTURE.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar, Protocol

from tests.cases import CASES
from tests.platforms.drivers import DRIVERS

ARCHITECTURE = Path(__file__).parents[1] / "ARCHITECTURE.md"
BEGIN, END = "<!-- limits -->\n", "<!-- /limits -->"


class Limited(Protocol):
    """Whatever has a name and limits."""

    @property
    def platform(self) -> str: ...
    @property
    def limits(self) -> Mapping[str, str]: ...


def table(drivers: Iterable[Limited]) -> str:
    """Return the limits that skip a case, one line each: what, where, why."""
    needed = {need: [case.name for case in CASES if need in case.needs] for case in CASES for need in case.needs}
    where: dict[tuple[str, str], list[str]] = {}
    for driver in drivers:
        for capability, reason in driver.limits.items():
            if capability in needed:
                where.setdefault((capability, reason), []).append(driver.platform)
    lines = ["| cases | platforms | why |", "|---|---|---|"]
    for (capability, reason), platforms in sorted(where.items()):
        lines.append(f"| {', '.join(needed[capability])} | {', '.join(platforms)} | {reason} |")
    return "\n".join(lines) + "\n"


def with_table(text: str) -> str:
    """Return ARCHITECTURE.md's text with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + table([*DRIVERS, *ELSEWHERE]) + "\n" + END + after


class OfWatchdog:
    """What of-watchdog in front of the image takes away; it is no driver of its own."""

    platform = "behind of-watchdog"
    limits: ClassVar = {"double_slash": "it redirects // to /: https://pkg.go.dev/net/http#ServeMux"}


ELSEWHERE = [OfWatchdog()]

if __name__ == "__main__":
    ARCHITECTURE.write_text(with_table(ARCHITECTURE.read_text()))
