"""From a clone of this repository: how long until the sample answers, until everything is set up, until it is tested.

`cold` is with the caches of pip and uv emptied, so every package comes over the network; `warm` is in another clone
with those caches.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from . import fresh, servers
from .fresh import Environ
from .report import Aim, show_table, take_turns

_REPOSITORY_DIR = Path(__file__).parents[1]
_SETUP_WITHIN_S = 60.0
_TEST_WITHIN_S = 300.0


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the table and return the aims; `quick` leaves `make test` out, which takes minutes."""
    targets = {name: step for name, step in _TARGETS.items() if name != "make test" or not quick}
    samples = take_turns(targets, lambda name: _cold_and_warm(targets[name]), 1 if quick else rounds or 1)
    medians = {name: [median(both) for both in zip(*found, strict=True)] for name, found in samples.items()}
    rows = {name: tuple(f"{seconds:.1f}" for seconds in both) for name, both in medians.items()}
    show_table("From a clone, each target in a clone of its own: seconds", ("cold", "warm"), rows)
    setup_s = medians["make setup"][0]
    aims = [Aim("make setup, with cold caches: under a minute", f"{setup_s:.0f} s", setup_s < _SETUP_WITHIN_S)]
    if "make test" in medians:
        test_s = medians["make test"][1] - medians["make setup"][1]
        aims.append(
            Aim("make test, once it is set up: within five minutes", f"{test_s:.0f} s", test_s < _TEST_WITHIN_S)
        )
    return aims


def _cold_and_warm(target: Callable[[Path, Environ], None]) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as caches:
        environ = fresh.environ_of(Path(caches))
        return _once(target, environ), _once(target, environ)


def _once(target: Callable[[Path, Environ], None], environ: Environ) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "clone")
        return fresh.seconds(lambda: _clone(folder)) + fresh.seconds(lambda: target(folder, environ))


def _clone(folder: Path) -> None:
    fresh.run(
        ("git", "clone", "--quiet", "--no-hardlinks", str(_REPOSITORY_DIR), str(folder)), folder.parent, os.environ
    )


def _serve(folder: Path, environ: Environ) -> None:
    port = servers.free_port()
    fresh.first_answer(("make", "serve"), folder, {**environ, "PORT": str(port)}, port)


_TARGETS: Mapping[str, Callable[[Path, Environ], None]] = {
    "make serve, to the first answer": _serve,
    "make setup": lambda folder, environ: fresh.run(("make", "setup"), folder, environ),
    "make test": lambda folder, environ: fresh.run(("make", "test"), folder, environ),
}
