"""A folder in which the real faas-cli works, with the template that it pulled from a clone of this repository."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.tools import require

from .processes import REPOSITORY_DIR


@dataclass(frozen=True)
class Folder:
    """A folder with the template that faas-cli pulled into it."""

    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def faas_cli(self, *arguments: str, stdin: str = "") -> str:
        """Run faas-cli, which must succeed; return all that it printed."""
        done = subprocess.run(
            [require("faas-cli"), *arguments],
            cwd=self.folder,
            env={**os.environ, "DOCKER_BUILDKIT": "0", **self.environ},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    @property
    def stack(self) -> Path:
        """The stack file that `faas-cli new` has written: newer ones write stack.yaml."""
        (found,) = [*self.folder.glob("*.yml"), *self.folder.glob("*.yaml")]
        return found


def pulled(top: Path, environ: Mapping[str, str] | None = None) -> Folder:
    """Return a folder below `top` with the template of a bare clone."""
    for name in ("repository", "mine"):
        (top / name).mkdir()
    _commit(top / "repository")
    subprocess.run(["git", "clone", "-q", "--bare", "repository", "bare.git"], cwd=top, check=True)
    folder = Folder(top / "mine", environ or {})
    folder.faas_cli("template", "pull", str(top / "bare.git"))
    return folder


def _commit(repository: Path) -> None:
    """Make a repository of this checkout's template as it is now, and of what it links to."""
    paths = "template/portable", "platforms", "requirements"
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *paths],
        cwd=REPOSITORY_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for path in files:
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        source = REPOSITORY_DIR / path
        if source.is_symlink():
            (repository / path).symlink_to(source.readlink())
        elif source.exists():
            (repository / path).write_bytes(source.read_bytes())
    who = ("-c", "user.name=tests", "-c", "user.email=tests@example.org")
    for command in (["init", "-q"], ["add", "--all"], [*who, "commit", "-qm", "all"]):
        subprocess.run(["git", *command], cwd=repository, check=True)
