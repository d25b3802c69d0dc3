"""From an empty folder to the first answer of a function of one's own: what a newcomer waits for, beside the peers.

Each makes a virtual environment, installs its tool, writes its hello function and starts its local server. `cold` is
with the caches of pip and uv emptied, so every package comes over the network; `warm` is once more with those caches.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeAlias
from urllib.request import urlopen

from . import servers
from .report import Aim, show_table, take_turns

Environ: TypeAlias = Mapping[str, str]

OURS = "portable"
_REPOSITORY_DIR = Path(__file__).parents[1]
_MAIN = 'def hello(request):\n    return "hello"\n'
_ENVIRONMENT = {
    "pip": (sys.executable, "-m", "venv", ".venv"),
    "uv": ("uv", "venv", "--quiet", "--python", sys.executable),
}
_INSTALL = {"pip": ("pip", "install", "--quiet"), "uv": ("uv", "pip", "install", "--quiet")}
_LOCAL_PACKAGES = ("PIP_FIND_LINKS", "PIP_NO_INDEX", "UV_FIND_LINKS", "UV_NO_INDEX")
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
    return lambda folder, environ: _run(command, folder, environ)


def _write_main(folder: Path, environ: Environ) -> None:
    (folder / "main.py").write_text(_MAIN, encoding="utf-8")


def _wheel(folder: Path) -> Path:
    _run(("uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), str(_REPOSITORY_DIR)), folder, os.environ)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _cold_and_warm(way: Way, installer: str) -> tuple[Seconds, Seconds]:
    with tempfile.TemporaryDirectory() as caches:
        environ = environ_of(Path(caches))
        return _once(way, installer, environ), _once(way, installer, environ)


def environ_of(caches: Path) -> Environ:
    """Return an environment in which pip and uv keep their caches in a folder, and find packages on the index alone."""
    kept = {name: value for name, value in os.environ.items() if name not in _LOCAL_PACKAGES}
    return {**kept, "PIP_CACHE_DIR": str(caches / "pip"), "UV_CACHE_DIR": str(caches / "uv")}


def _once(way: Way, installer: str, environ: Environ) -> Seconds:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programs = folder / ".venv" / "bin"
        environ = {**environ, "PATH": f"{programs}:{environ['PATH']}", "VIRTUAL_ENV": str(folder / ".venv")}
        port = servers.free_port()
        steps: tuple[Callable[[], object], ...] = (
            lambda: _run(_ENVIRONMENT[installer], folder, environ),
            lambda: _run((*_INSTALL[installer], way.package), folder, environ),
            lambda: way.write(folder, environ),
            lambda: _first_answer(way, folder / way.folder, environ, port),
        )
        return Seconds(*map(_seconds, steps))


def _seconds(step: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    step()
    return time.perf_counter() - started_s


def _run(command: Sequence[str], folder: Path, environ: Environ) -> None:
    ran = subprocess.run(command, cwd=folder, env=dict(environ), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(command)}: {ran.stderr}"


def _first_answer(way: Way, folder: Path, environ: Environ, port: int) -> None:
    command = (*way.serve, "--port", str(port))
    with servers.running(command[0], command, lambda child: _is_up(port), folder=folder, environ=environ):
        return


def _is_up(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _cells(samples: Sequence[Seconds]) -> tuple[str, ...]:
    medians = [median(step) for step in zip(*samples, strict=True)]
    return tuple(f"{seconds:.1f}" for seconds in (*medians, median(one.total for one in samples)))


def _aim(totals: Mapping[str, float]) -> Aim:
    fastest = min((tool for tool in totals if tool != OURS), key=totals.__getitem__)
    measured = f"{totals[OURS]:.1f} s, {fastest} {totals[fastest]:.1f} s"
    text = "From nothing to the first answer, by uv with cold caches: sooner than every peer"
    return Aim(text, measured, totals[OURS] < totals[fastest])
