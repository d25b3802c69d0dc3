"""Coroutines without tasks: a flow goes on in the very callback that it waited for.

A task costs its making, a future and two turns of the loop for each wait; for a call that is half of the gateway's own
time. The price: a flow may not use what asks for the current task (asyncio.timeout, TaskGroup): give that a task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any


class Signal:
    """What one flow at a time waits for; `fire` resumes it at once."""

    __slots__ = ("flow",)

    def __init__(self) -> None:
        self.flow: Flow | None = None

    def __await__(self) -> Generator[Signal, None, None]:
        yield self

    def fire(self) -> None:
        """Resume the flow that waits, if one does."""
        flow = self.flow
        if flow is not None:
            self.flow = None
            flow.step()


class Flow:
    """Runs a coroutine, which may await signals and futures, and must catch its own errors."""

    __slots__ = ("_coroutine", "_is_cancelled", "_waits_for")

    def __init__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._coroutine = coroutine
        self._waits_for: Signal | asyncio.Future[Any] | None = None
        self._is_cancelled = False

    def step(self, _: object = None) -> None:
        """Run until the coroutine waits, or ends."""
        try:
            if self._is_cancelled:
                self._is_cancelled = False
                waits_for = self._coroutine.throw(asyncio.CancelledError())
            else:
                waits_for = self._coroutine.send(None)
        except StopIteration:
            self._waits_for = None
            return
        self._waits_for = waits_for
        if waits_for.__class__ is Signal:
            waits_for.flow = self
        else:
            waits_for.add_done_callback(self.step)

    def cancel(self) -> None:
        """Raise CancelledError where the coroutine waits."""
        waits_for = self._waits_for
        if isinstance(waits_for, Signal):
            waits_for.flow = None
            self._is_cancelled = True
            self.step()
        elif waits_for is not None and not waits_for.cancel():
            self._is_cancelled = True  # the future is done: the step that it has scheduled raises
