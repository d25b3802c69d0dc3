"""The function under test: found by its name, loaded as `portable serve` loads it, with its variables while it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from platforms import contract

from ..emulators.errors import MissingRequirements
from ..emulators.function import loaded
from ..project.functions import STACK, Function, find
from ..project.variables import variables
from .missing import explained

if TYPE_CHECKING:
    from platforms.loading import Handler

# what a test sets goes before stack.yml, and is told by what was set before any test ran
_AT_START = dict(os.environ)


class Subject:
    """A function of a project, loaded when it is first called."""

    def __init__(self, function: Function) -> None:
        self.name = function.name
        self._function = function
        self._handler: Handler | None = None

    @contextmanager
    def ready(self) -> Iterator[Handler]:
        """Give the handler; for the time of the block the environment has its variables.

        Raises HandlerError, or MissingRequirements.
        """
        contract._secrets.clear()  # kept for a process, which here runs several functions and tests
        with _in_environ(variables(self._function, os.environ)):
            if self._handler is None:
                if why := explained(self.name, self._function.folder):
                    raise MissingRequirements(why)
                with loaded(str(self._function.folder)) as handler:
                    self._handler = handler
            yield self._handler


class Given:
    """A handler that the test itself defines: nothing is loaded, and the environment is left as it is."""

    def __init__(self, handler: Handler) -> None:
        self.name = getattr(handler, "__name__", type(handler).__name__)
        self._handler = handler

    @contextmanager
    def ready(self) -> Iterator[Handler]:
        """Give the handler."""
        yield self._handler


def find_from(named: str, folder: Path) -> Function:
    """Return the function of this name in the nearest stack.yml at or above a folder, or of a folder seen from there.

    Raises BadSettings if there is none.
    """
    stacks = (above / STACK for above in (folder, *folder.parents))
    stack = next((path for path in stacks if path.is_file()), STACK)
    seen_from_there = (folder / named).resolve()
    names_folder = seen_from_there.is_dir() and ("/" in named or stack == STACK)
    return find(str(seen_from_there) if names_folder else named, stack, os.environ)


@contextmanager
def _in_environ(variables: Mapping[str, str]) -> Iterator[None]:
    added = {name: value for name, value in variables.items() if os.environ.get(name) == _AT_START.get(name)}
    before = {name: os.environ.get(name) for name in added}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
