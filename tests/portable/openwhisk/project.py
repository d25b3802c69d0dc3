"""A user's project in a folder of its own, and its commands run against an OpenWhisk."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portable.__main__ import main
from portable.deploying.world import World

from ..project.settings.files import STACK
from .whisk import NOW_MS

HANDLER = """\
import os

def handle(event, context):
    print(f"meditating on {event.path}")
    if event.headers.get("x-fail"):
        return {"error": "told to"}, 418
    return {"body": event.body.decode(), "path": event.path, "query": event.raw_query, "secret": os.getenv("TOKEN")}
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

    @property
    def last(self) -> str:
        """Return the last line of stdout."""
        return self.out.splitlines()[-1]


@dataclass
class Project:
    """A home with ~/.wskprops, a function, what is set, how long commands slept, and all that they have printed."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    pauses: list[float] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)

    def run(self, *arguments: str, stdin: io.StringIO | None = None) -> Outcome:
        """Run one command as from the project's folder."""
        out, err = io.StringIO(), io.StringIO()
        world = World(
            environ={"HOME": str(self.folder), **self.environ},
            stdin=stdin or io.StringIO(),
            stdout=out,
            stderr=err,
            sleep=self.pauses.append,
            now=lambda: NOW_MS / 1000 + 60,
        )
        code = main(["openwhisk", arguments[0], "--stack", str(self.folder / "stack.yml"), *arguments[1:]], world)
        self.printed += [out.getvalue(), err.getvalue()]
        return Outcome(code, out.getvalue(), err.getvalue())

    def deploy(self, *arguments: str) -> Outcome:
        """Deploy, and expect it to be well."""
        outcome = self.run("deploy", *arguments)
        assert outcome.code == 0, outcome.err
        return outcome

    def properties(self, **values: str) -> None:
        """Write ~/.wskprops."""
        (self.folder / ".wskprops").write_text("".join(f"{name}={value}\n" for name, value in values.items()))

    def stack(self, text: str) -> None:
        """Write stack.yml: one function, and these lines of it."""
        (self.folder / "stack.yml").write_text(STACK + text)

    def settings(self, text: str) -> None:
        """Write deploy.toml."""
        (self.folder / "deploy.toml").write_text(text)

    def handler(self, text: str) -> None:
        """Write another handler."""
        (self.folder / "function" / "handler.py").write_text(text)


def make_project(folder: Path) -> Project:
    """Lay out a function in a folder."""
    (folder / "function").mkdir()
    project = Project(folder)
    project.handler(HANDLER)
    project.stack("")
    return project
