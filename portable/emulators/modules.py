"""Keep the modules and variables of each function apart: those in this process are of the function that is at work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from threading import Condition, get_ident
from types import ModuleType

from platforms.finder import Finder

from .errors import Deadlock, Unavailable

LONGEST_WAIT_S = 30.0
"""For the calls of another function, of which meanwhile none begins or ends: one of them may wait for this one."""

_changed = Condition()
_at_work: dict[int, Modules] = {}  # by thread
_current: Modules | None = None


class Modules:
    """The modules of one function. Any number of its calls run at a time, and none of another function meanwhile.

    `around` gives what else is the function's for as long as they are in sys.modules, such as its variables.
    """

    def __init__(self, folder: str, around: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self.folder = folder
        self._around = around
        self._inside = ExitStack()
        self._wanted = 0
        self._own: dict[str, ModuleType] = {}
        self._displaced: dict[str, ModuleType] = {}
        self._finders: list[Finder] = []

    @cached_property
    def _finder(self) -> Finder:
        if not Path(self.folder).is_dir():
            raise Unavailable(f"there is no folder {self.folder!r}: name the function's with --function")
        return Finder(self.folder)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Put them into sys.modules for the time of the block, in which the function's code runs.

        Waits for the calls of other functions in other threads. A call may be made within another one. Raises
        Deadlock if none of those ends, Unavailable if there is no folder.
        """
        outer = _at_work.get(get_ident())
        try:
            _take_turn(self)
            yield
        finally:
            _take_turn(outer)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Leave them there between turns, unless another function has its turn; then all is as it was before."""
        try:
            with _changed:
                self._wanted += 1
            with self.at_work():
                pass
            yield
        finally:
            with _changed:
                self._wanted -= 1
                _put_away()

    @property
    def is_wanted(self) -> bool:
        """Whether they are to stay in sys.modules where no function is at work."""
        return self._wanted > 0

    def _put_in(self) -> None:
        finder = self._finder
        self._inside.enter_context(self._around())
        self._displaced = self._taken_out()
        self._finders = [finder for finder in sys.meta_path if isinstance(finder, Finder)]
        sys.meta_path[:] = [finder, *(one for one in sys.meta_path if one not in self._finders)]
        sys.modules.update(self._own)

    def _take_away(self) -> None:
        self._own = self._taken_out()
        sys.meta_path[:] = [*self._finders, *(one for one in sys.meta_path if one is not self._finder)]
        sys.modules.update(self._displaced)
        self._inside.close()

    def _taken_out(self) -> dict[str, ModuleType]:
        return {name: sys.modules.pop(name) for name in [*sys.modules] if self._finder.owns(name)}


def _take_turn(modules: Modules | None) -> None:
    """End the turn of this thread, and begin its turn with a function's modules."""
    thread = get_ident()
    with _changed:
        _at_work.pop(thread, None)
        _changed.notify_all()
        if modules:
            while _at_work and _current is not modules:
                if not _changed.wait(LONGEST_WAIT_S):
                    raise Deadlock(_no_turn(modules))
            _put(modules)
            _at_work[thread] = modules
        else:
            _put_away()


def _no_turn(modules: Modules) -> str:
    others = ", ".join(sorted({one.folder for one in _at_work.values()}))
    return (
        f"{modules.folder} waits for {others}, whose call in another thread does not end: "
        "a function that calls another one calls it in the thread of its handler"
    )


def _put_away() -> None:
    if _current and not _current.is_wanted and not _at_work:
        _put(None)


def _put(modules: Modules | None) -> None:
    """Put a function's modules in the place of those that are there; the condition's lock is held."""
    global _current
    if modules is _current:
        return
    if _current:
        _current._take_away()
    _current = None
    if modules:
        modules._put_in()
        _current = modules
