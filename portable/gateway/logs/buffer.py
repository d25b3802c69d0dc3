"""What functions printed, in memory: the newest lines of each, for whoever asks or follows."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import count
from threading import Event

from ...stack.messages import FunctionName, LogMessage, LogQuery
from .archive import LogArchive
from .line import Line, ns_of

MAX_LINES = 5000
MAX_CHARACTERS = 8192
_POLL_S = 1.0  # how often a follower checks whether its client has gone


class LogBuffer:
    """The newest `max_lines` lines of each function; a line of over `max_characters` becomes several. Thread-safe."""

    def __init__(
        self, archive: LogArchive | None = None, *, max_lines: int = MAX_LINES, max_characters: int = MAX_CHARACTERS
    ) -> None:
        """Keep lines in `archive` as well, if there is one."""
        self._archive = archive
        self._max_lines = max_lines
        self._max_characters = max_characters
        self._lines: dict[FunctionName, deque[tuple[int, LogMessage]]] = {}
        self._numbers = count(1)
        self._changed = threading.Condition()
        self._is_closed = False

    def append(self, function: FunctionName, instance: str, text: str, timestamp: datetime | None = None) -> None:
        """Keep what a replica printed: one line, with its newline. `timestamp` has a time zone; None for now."""
        moment = timestamp or datetime.now(UTC)
        starts = range(0, len(text), self._max_characters)
        pieces = [LogMessage(*function, instance, moment, text[at : at + self._max_characters]) for at in starts]
        if self._archive:
            for piece in pieces:
                self._archive.append(function, Line(ns_of(moment), instance, piece))
        self._add(function, pieces)

    def restore(self, function: FunctionName) -> None:
        """Begin with the lines that the archive has. Raises Unavailable."""
        if self._archive:
            self._add(function, [line.message for line in self._archive.lines(function)])

    def read(self, query: LogQuery, closed: Event) -> Iterator[LogMessage]:
        """Yield the lines that are asked for, in the order they came; with `follow`, then each new one.

        Following ends when `closed` is set (looked at each second) or the buffer is closed. Lines that were dropped
        before the reader got to them are left out.
        """
        with self._changed:
            last, found = self._after(0, query)
        yield from _tail(found, query.tail)
        while query.follow and not closed.is_set():
            with self._changed:
                if not self._is_closed and not self._has_after(last, query.function):
                    self._changed.wait(_POLL_S)
                last, found = self._after(last, query)
                is_over = self._is_closed
            yield from found
            if is_over:
                return

    def close(self) -> None:
        """End every reader that follows; what is there can still be read."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _add(self, function: FunctionName, messages: Iterable[LogMessage]) -> None:
        with self._changed:
            lines = self._lines.setdefault(function, deque(maxlen=self._max_lines))
            lines.extend((next(self._numbers), message) for message in messages)
            self._changed.notify_all()

    def _has_after(self, number: int, function: FunctionName) -> bool:
        lines = self._lines.get(function)
        return bool(lines and lines[-1][0] > number)

    def _after(self, number: int, query: LogQuery) -> tuple[int, list[LogMessage]]:
        """Return the number of the newest line, and the lines after `number` that the query wants."""
        found: list[LogMessage] = []
        newest = number
        for at, message in reversed(self._lines.get(query.function, ())):
            if at <= number:
                break
            newest = max(newest, at)
            if _is_wanted(message, query):
                found.append(message)
        return newest, found[::-1]


def _is_wanted(message: LogMessage, query: LogQuery) -> bool:
    if query.instance and message.instance != query.instance:
        return False
    return query.since is None or message.timestamp >= query.since


def _tail(messages: Iterable[LogMessage], tail: int) -> list[LogMessage]:
    """Return the newest `tail` messages of each instance, all for 0 and below."""
    messages = list(messages)
    if tail <= 0:
        return messages
    left: dict[str, int] = {}
    kept = []
    for message in reversed(messages):
        left[message.instance] = left.get(message.instance, tail) - 1
        if left[message.instance] >= 0:
            kept.append(message)
    return kept[::-1]
