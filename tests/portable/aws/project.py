"""A user's project in a folder of its own, and its commands run against a world."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portable.__main__ import main
from portable.aws.world import World
from tests.sample import FUNCTION_DIR

ROOT = Path(__file__).parents[3]
STACK = """\
version: 1.0
provider:
  name: openfaas
  gateway: http://127.0.0.1:8080
functions:
  meditations:
    lang: portable
    handler: ./function
    image: local/meditations:latest
    environment:
      GREETING: hello
"""
SETTINGS = """\
[defaults]
region = "eu-west-1"
smoke = "POST /"
smoke_statuses = [200]
"""


@dataclass(frozen=True)
class Outcome:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        """Return the JSON object that it printed."""
        return json.loads(self.out)


@dataclass
class Project:
    """The folder; the world's session and fetch; and what is set."""

    folder: Path
    session: Callable[[str | None], Any]
    fetch: Any
    environ: Mapping[str, str]

    def run(self, *arguments: str, stdin: io.StringIO | None = None) -> Outcome:
        """Run one command as from the project's folder; its exit code, stdout and stderr."""
        out, err = io.StringIO(), io.StringIO()
        time = Time()
        world = World(
            environ=self.environ,
            stdin=stdin or io.StringIO(),
            stdout=out,
            stderr=err,
            session=self.session,
            fetch=self.fetch,
            sleep=time.sleep,
            clock=time.clock,
            now=time.clock,
            poll_s=0,
        )
        places = ["--function", str(self.folder / "function"), "--stack", str(self.folder / "stack.yml")]
        code = main(["aws", arguments[0], *places, "--config", str(self.folder / "deploy.toml"), *arguments[1:]], world)
        return Outcome(code, self._seen_from_there(out.getvalue()), self._seen_from_there(err.getvalue()))

    def _seen_from_there(self, text: str) -> str:
        """Return what was printed, without the places of the two files: in the folder nobody has to name them."""
        return text.replace(f" --config={self.folder}/deploy.toml --stack={self.folder}/stack.yml", "")

    def deploy(self, *arguments: str) -> Outcome:
        """Deploy without being asked."""
        return self.run("deploy", "--yes", *arguments)

    def settings(self, text: str) -> None:
        """Write deploy.toml: the usual, and this."""
        (self.folder / "deploy.toml").write_text(SETTINGS + text)

    def replace(self, name: str, old: str, new: str) -> None:
        """Change a file of the project. Fails if the old text is not in it."""
        path = self.folder / name
        text = path.read_text()
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new))


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self._now = 1_800_000_000.0

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self._now += seconds

    def clock(self) -> float:
        """Return the seconds."""
        return self._now


def make_project(folder: Path, session: Callable[[str | None], Any], fetch: Any) -> Project:
    """Lay out the sample function in a folder."""
    shutil.copytree(FUNCTION_DIR, folder / "function", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "stack.yml").write_text(STACK)
    project = Project(folder, session, fetch, environ={})
    project.settings("")
    return project
