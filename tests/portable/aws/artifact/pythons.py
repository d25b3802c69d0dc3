"""The Pythons of this machine, found as .ci/run finds them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VERSIONS = ("3.11", "3.12", "3.13", "3.14")


def find_python(version: str) -> str | None:
    """Return the path of a Python such as 3.13; None if there is none here."""
    return next((path for path in _candidates(version) if _answers(path, version)), None)


def _candidates(version: str) -> Iterator[str]:
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        yield sys.executable
    pyenv_dir = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from map(str, sorted(pyenv_dir.glob(f"versions/{version}.*/bin/python")))
    if path := shutil.which(f"python{version}"):
        yield path


def _answers(path: str, version: str) -> bool:
    tell = "import sys; print('%d.%d' % sys.version_info[:2])"
    ran = subprocess.run([path, "-c", tell], capture_output=True, text=True, check=False)
    return ran.stdout.strip() == version
