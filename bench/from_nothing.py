"""From an empty folder to the first answer of a function of one's own: what a newcomer waits for, beside the peers.

Each makes a virtual environment, installs its tool, writes its hello function and starts its local server. `cold` is
with the caches of pip and uv emptied, so every package comes over the network; `warm` is once more with those caches.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from uv import find_uv_bin

from . import fresh, servers
from .fresh import Environ
from .report import Aim, show_table, take_turns

OURS = "portable"
_REPOSITORY_DIR = Path(__file__).parents[1]
_UV = find_uv_bin()
_MAIN = 'def hello(request):\n    return "hello"\n'
_ENVIRONMENT = {
    "pip": (sys.executable, "-m", "venv", ".venv"),
    "uv": (_UV, "venv", "--quiet", "--python", sys.executable),
}
_INSTALL = {"pip": ("pip", "install", "--quiet"), "uv": (_UV, "pip", "install", "--quiet")}
_STEPS = ("environment", "install", "write", "first answer")


class Way(NamedTuple):
    """How one tool comes to its first answer, in the new folder; `serve` is run in `folder` of it."""

    package: str
    write: Callable[[Path, Environ], None]
    serve: tuple[str, ...]
    folder: str = "."


class Seconds(NamedTuple):
    """How long each of the steps took."""

    environment: float
    install: float
    write: float
    first_answer: float

    @property
    def total(self) -> float:
        return sum(self)


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print a table for cold caches and one for warm ones, and return the aim."""
    with tempfile.TemporaryDirectory() as folder:
        ways = _ways(_wheel(Path(folder)))
        names = [(tool, installer) for installer in _INSTALL for tool in ways]
        samples = take_turns(names, lambda name: _cold_and_warm(ways[name[0]], name[1]), rounds or 3)
    for number, title in enumerate(("cold: every package over the network", "warm: from the caches")):
        rows = {f"{tool}, by {by}": _cells([both[number] for both in samples[tool, by]]) for tool, by in names}
        show_table(f"From an empty folder to the first answer, {title}: seconds", (*_STEPS, "total"), rows)
    return [_aim({tool: median(cold.total for cold, _ in samples[tool, "uv"]) for tool in ways})]


def _ways(wheel: Path) -> Mapping[str, Way]:
    framework = ("functions-framework", "--target", "hello", "--host", "127.0.0.1")
    return {
        # the tool itself is on this disk, not on an index: it is less than a hundredth of what it takes to install
        OURS: Way(str(wheel), _by("portable", "new", "hello"), ("portable", "serve", "hello")),
        "chalice": Way("chalice", _by("chalice", "new-project", "hello"), ("chalice", "local"), "hello"),
        "functions-framework": Way("functions-framework", _write_main, framework),
    }


def _by(*command: str) -> Callable[[Path, Environ], None]:
    return lambda folder, environ: fresh.run(command, folder, environ)


def _write_main(folder: Path, environ: Environ) -> None:
    (folder / "main.py").write_text(_MAIN, encoding="utf-8")


def _wheel(folder: Path) -> Path:
    fresh.run((_UV, "build", "--quiet", "--wheel", "--out-dir", str(folder), str(_REPOSITORY_DIR)), folder, os.environ)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _cold_and_warm(way: Way, installer: str) -> tuple[Seconds, Seconds]:
    with tempfile.TemporaryDirectory() as caches:
        environ = fresh.environ_of(Path(caches))
        return _once(way, installer, environ), _once(way, installer, environ)


def _once(way: Way, installer: str, environ: Environ) -> Seconds:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programs = folder / ".venv" / "bin"
        environ = {**environ, "PATH": f"{programs}:{environ['PATH']}", "VIRTUAL_ENV": str(folder / ".venv")}
        port = servers.free_port()
        steps: tuple[Callable[[], object], ...] = (
            lambda: fresh.run(_ENVIRONMENT[installer], folder, environ),
            lambda: fresh.run((*_INSTALL[installer], way.package), folder, environ),
            lambda: way.write(folder, environ),
            lambda: fresh.first_answer((*way.serve, "--port", str(port)), folder / way.folder, environ, port),
        )
        return Seconds(*map(fresh.seconds, steps))


def _cells(samples: Sequence[Seconds]) -> tuple[str, ...]:
    medians = [median(step) for step in zip(*samples, strict=True)]
    return tuple(f"{seconds:.1f}" for seconds in (*medians, median(one.total for one in samples)))


def _aim(totals: Mapping[str, float]) -> Aim:
    fastest = min((tool for tool in totals if tool != OURS), key=totals.__getitem__)
    measured = f"{totals[OURS]:.1f} s, {fastest} {totals[fastest]:.1f} s"
    text = "From nothing to the first answer, by uv with cold caches: sooner than every peer"
    return Aim(text, measured, totals[OURS] < totals[fastest])
