"""Keep the modules of each function apart: those in sys.modules are of the function that is at work, or was last."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, get_ident
from types import ModuleType

from platforms.finder import Finder

_changed = Condition()
_at_work: dict[int, Modules] = {}  # by thread
_current: Modules | None = None


class Modules:
    """The modules of one function. Any number of its calls run at a time, and none of another function meanwhile."""

    def __init__(self, folder: str) -> None:
        self._finder = Finder(folder)
        self._own: dict[str, ModuleType] = {}
        self._displaced: dict[str, ModuleType] = {}
        self._finders: list[Finder] = []

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Put them into sys.modules for the time of the block, in which the function's code runs.

        Waits for the calls of other functions in other threads. A call may be made within another one.
        """
        outer = _at_work.get(get_ident())
        _take_turn(self)
        try:
            yield
        finally:
            _take_turn(outer)

    def put_away(self) -> None:
        """Take them out of sys.modules, which is then as it was before."""
        with _changed:
            if _current is self:
                _put(None)

    def _put_in(self) -> None:
        self._displaced = self._taken_out()
        self._finders = [finder for finder in sys.meta_path if isinstance(finder, Finder)]
        sys.meta_path[:] = [self._finder, *(one for one in sys.meta_path if one not in self._finders)]
        sys.modules.update(self._own)

    def _take_away(self) -> None:
        self._own = self._taken_out()
        sys.meta_path[:] = [*self._finders, *(one for one in sys.meta_path if one is not self._finder)]
        sys.modules.update(self._displaced)

    def _taken_out(self) -> dict[str, ModuleType]:
        return {name: sys.modules.pop(name) for name in [*sys.modules] if self._finder.owns(name)}


def _take_turn(modules: Modules | None) -> None:
    """End the turn of this thread, and begin its turn with a function's modules."""
    thread = get_ident()
    with _changed:
        _at_work.pop(thread, None)
        _changed.notify_all()
        if modules:
            _changed.wait_for(lambda: _current is modules or not _at_work)
            _put(modules)
            _at_work[thread] = modules


def _put(modules: Modules | None) -> None:
    """Put a function's modules in the place of those that are there; the condition's lock is held."""
    global _current
    if modules is _current:
        return
    if _current:
        _current._take_away()
    if modules:
        modules._put_in()
    _current = modules
