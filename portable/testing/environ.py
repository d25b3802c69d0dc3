"""Put a function's variables into the environment of the process for as long as a call of it runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock

# what a test sets goes before stack.yml, and is told by what was set before any test ran
_AT_START = dict(os.environ)


class Variables:
    """The variables of one function. Calls may overlap: the first sets them, the last takes them back."""

    def __init__(self, read: Callable[[], Mapping[str, str]]) -> None:
        self._read = read
        self._lock = Lock()
        self._calls = 0
        self._before: dict[str, str | None] = {}

    @contextmanager
    def set(self) -> Iterator[None]:
        """Have them in the environment for the time of the block."""
        with self._lock:
            if not self._calls:
                self._add()
            self._calls += 1
        try:
            yield
        finally:
            with self._lock:
                self._calls -= 1
                if not self._calls:
                    self._take_back()

    def _add(self) -> None:
        wanted = {name: text for name, text in self._read().items() if os.environ.get(name) == _AT_START.get(name)}
        self._before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)

    def _take_back(self) -> None:
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
