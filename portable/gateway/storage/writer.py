"""One thread that writes: all that waits for it is committed together, for a commit costs the same for one and many.

What an operation returns is told only after its commit.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from ...stack.errors import GatewayError, Unavailable

T = TypeVar("T")
MAX_BATCH = 500
_log = logging.getLogger(__name__)

Operation = Callable[[sqlite3.Connection], T]
"""What is done inside a transaction. It may be done twice, if others spoil the first; it raises before it writes."""


class _Job(NamedTuple):
    operation: Operation[Any]
    future: asyncio.Future[Any]


_Outcome = tuple[asyncio.Future[Any], Any, Exception | None]


class Writer:
    """Runs operations in the order in which they are given; made on the event loop."""

    def __init__(self, connection: sqlite3.Connection, content: str) -> None:
        """`content` is what the file holds, as errors and the thread's name tell it: "asynchronous calls"."""
        self._connection = connection
        self._content = content
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=content, daemon=True)
        self._thread.start()

    async def run(self, operation: Operation[T]) -> T:
        """Return what the operation does once that is committed.

        Raises Unavailable if it cannot be: nothing of it was written then.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(_Job(operation, future))
        return await future

    async def close(self) -> None:
        """Commit what waits, and end the thread."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        is_last = False
        while not is_last:
            batch, is_last = self._take()
            outcomes = self._commit(batch)
            try:
                self._loop.call_soon_threadsafe(_tell, outcomes)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return

    def _take(self) -> tuple[list[_Job], bool]:
        """Return what waits, at least one job, and whether there will be no more."""
        batch: list[_Job] = []
        job = self._jobs.get()
        while job:
            batch.append(job)
            if len(batch) == MAX_BATCH:
                return batch, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: Sequence[_Job]) -> list[_Outcome]:
        if not batch:
            return []
        try:
            return self._transact(batch)
        except Exception as error:  # noqa: BLE001 - the edge of the thread: each job is told of its own failure
            if self._connection.in_transaction:
                self._connection.rollback()
            if len(batch) > 1:
                return [outcome for job in batch for outcome in self._commit([job])]
            _log.error("the file of %s cannot be written: %s", self._content, error, exc_info=error)
            refusal = Unavailable(f"the gateway cannot write its file of {self._content}: {error}; see its log")
            return [(batch[0].future, None, refusal)]

    def _transact(self, batch: Sequence[_Job]) -> list[_Outcome]:
        outcomes: list[_Outcome] = []
        self._connection.execute("BEGIN IMMEDIATE")
        for job in batch:
            try:
                outcomes.append((job.future, job.operation(self._connection), None))
            except GatewayError as error:
                outcomes.append((job.future, None, error))
        self._connection.execute("COMMIT")
        return outcomes


def _tell(outcomes: Sequence[_Outcome]) -> None:
    for future, result, error in outcomes:
        if future.done():  # whoever waited has gone
            continue
        if error:
            future.set_exception(error)
        else:
            future.set_result(result)
