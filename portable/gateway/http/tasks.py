"""Coroutines without asyncio's tasks: an EagerTask goes on in the very callback that it waited for.

An asyncio.Task costs its making, a future and two turns of the loop for each wait; for a call that is half of the
gateway's own time. The price: what an EagerTask runs may not ask for the current task (asyncio.timeout, TaskGroup).
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


class Signal:
    """What one EagerTask at a time waits for; `fire` resumes it at once."""

    __slots__ = ("task",)

    def __init__(self) -> None:
        self.task: EagerTask | None = None

    def __await__(self) -> Generator[Signal, None, None]:
        yield self

    def fire(self) -> None:
        """Resume the task that waits, if one does."""
        task = self.task
        if task is not None:
            self.task = None
            task.step()


class EagerTask:
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
            waits_for.task = self
        else:
            waits_for.add_done_callback(self.step)

    def cancel(self) -> None:
        """Raise CancelledError where the coroutine waits."""
        waits_for = self._waits_for
        if isinstance(waits_for, Signal):
            waits_for.task = None
            self._is_cancelled = True
            self.step()
        elif waits_for is not None and not waits_for.cancel():
            self._is_cancelled = True  # the future is done: the step that it has scheduled raises


async def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine that awaits signals returns, in an ordinary task; cancelled, cancel it."""
    ended: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    async def run_and_tell() -> None:
        try:
            result = await coroutine
        except BaseException as error:  # noqa: BLE001 - it is raised by who awaits
            if not ended.done():
                ended.set_exception(error)
        else:
            if not ended.done():
                ended.set_result(result)

    task = EagerTask(run_and_tell())
    task.step()
    try:
        return await ended
    except asyncio.CancelledError:
        task.cancel()
        raise
