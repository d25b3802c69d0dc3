"""What a newcomer does, timed: commands in a new folder, with caches of its own, up to a server's first answer."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TypeAlias

from . import servers

Environ: TypeAlias = Mapping[str, str]

# packages of this machine, in place of those of the index
_LOCAL_PACKAGES = ("PIP_FIND_LINKS", "PIP_NO_INDEX", "UV_FIND_LINKS", "UV_NO_INDEX")
_ANSWERS_WITHIN_S = 300.0


def environ_of(caches: Path) -> Environ:
    """Return an environment in which pip and uv keep their caches in a folder, and know no packages but the index's."""
    kept = {name: value for name, value in os.environ.items() if name not in _LOCAL_PACKAGES}
    return {**kept, "PIP_CACHE_DIR": str(caches / "pip"), "UV_CACHE_DIR": str(caches / "uv")}


def seconds(step: Callable[[], object]) -> float:
    """Return how long a step took."""
    started_s = time.perf_counter()
    step()
    return time.perf_counter() - started_s


def run(command: Sequence[str], folder: Path, environ: Environ) -> None:
    """Run a command; fails with what it said if it fails."""
    ran = subprocess.run(command, cwd=folder, env=dict(environ), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(command)}: {ran.stdout[-2000:]}{ran.stderr[-2000:]}"


def first_answer(command: Sequence[str], folder: Path, environ: Environ, port: int) -> None:
    """Start a server, and stop it once it has answered a GET of `/`."""
    with servers.running(
        command[0], command, lambda _: _answers(port), folder=folder, environ=environ, limit_s=_ANSWERS_WITHIN_S
    ):
        return


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
