"""The platform that the test of the moment runs on: what a Client without one of its own goes through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..emulators.errors import Unavailable
from ..emulators.registry import emulators

DEFAULT = "wsgi"
# of the process and no context variable: a handler's threads belong to the test too
_chosen = DEFAULT


def current() -> str:
    """Return its emulator's name."""
    return _chosen


@contextmanager
def chosen(emulator: str) -> Iterator[None]:
    """Choose an emulator for the time of the block."""
    global _chosen
    before, _chosen = _chosen, emulator
    try:
        yield
    finally:
        _chosen = before


def emulator_of(name: str) -> str:
    """Return the emulator that a platform's name stands for. Raises Unavailable if it is not one."""
    if name == "all":
        raise Unavailable("a Client goes through one platform: the fixture on_every_platform takes a test through all")
    return emulators([name])[0]
