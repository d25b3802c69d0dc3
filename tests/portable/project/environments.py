"""A project of a test's own, whose functions get environments from packages made by hand."""

from __future__ import annotations

import subprocess
from pathlib import Path

from portable.deploying.world import World
from portable.project.environment import Environment, environment
from portable.project.functions import Function

from ..packaging.wheelhouse import make_wheel


class Project:
    """A project in a folder, whose packages come from a folder beside it; the servers' lock names one, `server`."""

    def __init__(self, folder: Path) -> None:
        """Make it, with the function hello."""
        self.root = folder / "project"
        self.hello = Function("hello", self.root / "hello", self.root)
        self.hello.folder.mkdir(parents=True)
        self.wheelhouse = folder / "wheelhouse"
        self.wheelhouse.mkdir()
        self.said: list[str] = []
        self.lock = folder / "servers.txt"
        self._here = f"--no-index\n--find-links {self.wheelhouse}\n"
        self.lock.write_text(f"{self._here}# ours\nserver==1.0\n    # via nobody\n")
        make_wheel(self.wheelhouse, "server", files={"server.py": b"version = '1.0'"})

    def add(self, name: str, version: str = "1.0") -> None:
        """Add a package whose module knows its version."""
        content = f"version = {version!r}".encode()
        make_wheel(self.wheelhouse, name, files={f"{name}.py": content}, version=version)

    def require(self, *lines: str, function: Function | None = None) -> None:
        """Write a requirements.txt, by default that of hello."""
        path = (function or self.hello).folder / "requirements.txt"
        path.write_text(self._here + "".join(f"{line}\n" for line in lines))

    def make(self, function: Function | None = None) -> Environment:
        """Return the environment of a function, by default of hello."""
        return environment(function or self.hello, World(), say=self.said.append, servers=[self.lock])

    def made(self) -> list[str]:
        """Return the names of the environments, without their keys."""
        return sorted(
            path.parent.name.rsplit("-", 2)[0] for path in self.root.glob(".portable/environments/*/complete")
        )


def run(command: list[str], folder: Path) -> tuple[int, str]:
    """Run a command; return its exit code and what it printed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


def evaluated(made: Environment, project: Project, statements: str) -> str:
    """Return what statements print in an environment, or how they fail."""
    return run(made.command("-c", statements), project.root)[1]
