"""The projects under examples/."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.runtimes.processes import REPOSITORY_DIR


class Project(NamedTuple):
    """One of the examples: it has one function, of its own name; `native` is a library of it that no Python runs."""

    name: str
    native: str

    @property
    def folder(self) -> Path:
        return REPOSITORY_DIR / "examples" / self.name

    @property
    def function_dir(self) -> Path:
        return self.folder / self.name


GIROCODE = Project("girocode", "pydantic_core/_pydantic_core")
GUESTBOOK = Project("guestbook", "psycopg_binary/_psycopg")
THUMBNAILS = Project("thumbnails", "PIL/_imaging")
PROJECTS = [GIROCODE, GUESTBOOK, THUMBNAILS]
