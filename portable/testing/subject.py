"""The function under test: found by its name, loaded as `portable serve` loads it, with its variables while it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from ..emulators.errors import MissingRequirements
from ..emulators.function import load
from ..emulators.modules import Modules
from ..project import imports
from ..project.functions import STACK, Function, find
from ..project.variables import variables
from .environ import having
from .missing import explained

if TYPE_CHECKING:
    from platforms.loading import Handler


class Subject:
    """A function of a project, loaded when it is first called."""

    def __init__(self, function: Function) -> None:
        self.name = function.name
        self.folder = function.folder
        self._modules = Modules(str(self.folder), lambda: having(variables(function, os.environ)))
        self._loading = Lock()
        self._handler: Handler | None = None

    @contextmanager
    def ready(self) -> Iterator[Handler]:
        """Give the handler; for the time of the block the environment has its variables, and its modules are there.

        Raises HandlerError, MissingRequirements, or BadSettings for an import that fails elsewhere.
        """
        with self._modules.kept():
            yield self._loaded()

    def _loaded(self) -> Handler:
        # who waits for another's loading has the turn too: else they would wait for each other
        with self._modules.at_work(), self._loading:
            if not self._handler:
                if why := explained(self.name, self.folder):
                    raise MissingRequirements(why)
                imports.check(self.folder)
                self._handler = load(self._modules)
            return self._handler


class Given:
    """A handler that the test itself defines: nothing is loaded, and the environment is left as it is."""

    def __init__(self, handler: Handler) -> None:
        self.name = getattr(handler, "__name__", type(handler).__name__)
        self._handler = handler

    @contextmanager
    def ready(self) -> Iterator[Handler]:
        """Give the handler."""
        yield self._handler


# a process that serves a function has one of each module, however many call it
_subjects: dict[tuple[str, Path, Path], Subject] = {}


def subject_of(function: Function) -> Subject:
    """Return the one subject that a function has in this process."""
    return _subjects.setdefault((function.name, function.folder, function.root), Subject(function))


def find_from(named: str, folder: Path) -> Subject:
    """Return the function of this name in the nearest stack.yml at or above a folder, or of a folder seen from there.

    Raises BadSettings if there is none.
    """
    stacks = (above / STACK for above in (folder, *folder.parents))
    stack = next((path for path in stacks if path.is_file()), STACK)
    seen_from_there = (folder / named).resolve()
    names_folder = seen_from_there.is_dir() and ("/" in named or stack == STACK)
    return subject_of(find(str(seen_from_there) if names_folder else named, stack, os.environ))
