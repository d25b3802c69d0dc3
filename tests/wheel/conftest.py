"""The wheel of this checkout, built once, and an environment with nothing but it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests.runtimes.processes import REPOSITORY_DIR

PYTHONS = ("3.11", "3.13")


@dataclass(frozen=True)
class Installed:
    """A folder of the user's, and the environment from which its commands come."""

    folder: Path
    environ: Mapping[str, str]

    def run(self, *command: str) -> str:
        """Run a command in the folder, which must succeed; return all that it printed."""
        ran = subprocess.run(
            command, cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=300, check=False
        )
        assert ran.returncode == 0, f"{command}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return ran.stdout + ran.stderr


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built wheel."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=REPOSITORY_DIR, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module", params=PYTHONS)
def installed(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Return an empty folder, and the wheel in a fresh environment of a Python."""
    python = _python(request.param)
    top = tmp_path_factory.mktemp(f"python{request.param}")
    uv = find_uv_bin()
    subprocess.run([uv, "venv", "-q", "--no-project", "--python", python, top / "venv"], check=True)
    into = [uv, "pip", "install", "-q", "--python", str(top / "venv/bin/python")]
    subprocess.run([*into, f"{wheel}[aws,debug]"], check=True)
    (top / "empty").mkdir()
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "UV_CACHE_DIR") if name in os.environ}
    path = f"{top}/venv/bin:{os.environ.get('PATH', os.defpath)}"
    return Installed(top / "empty", {**kept, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"})


def _python(version: str) -> str:
    """Return the interpreter of a version; skip the test where there is none."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates = [*pyenv.glob(f"{version}.*/bin/python"), shutil.which(f"python{version}") or ""]
    for candidate in map(str, candidates):
        if candidate and subprocess.run([candidate, "-V"], capture_output=True, check=False).returncode == 0:
            return candidate
    pytest.skip(f"Python {version} is not on this machine: pyenv install {version}")
