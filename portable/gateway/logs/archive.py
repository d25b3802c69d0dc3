"""Log lines on disk, which outlive what printed them: the newest lines of each function, up to a number of bytes."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Iterable

from ...stack.errors import Unavailable
from ...stack.messages import FunctionName, LogMessage
from ..storage.sqlite import SqliteFile
from .line import Line, moment_of

DEFAULT_BYTES = 2**20
MAX_FUNCTIONS = 250
"""Of more, the lines of the one that printed longest ago are dropped."""
WRITE_AT_BYTES = 256 * 1024
MAX_WAITING_BYTES = 1024 * 1024
TABLES = """
CREATE TABLE lines (
    seq INTEGER PRIMARY KEY,
    function TEXT NOT NULL,
    time_ns INTEGER NOT NULL,
    replica_id TEXT NOT NULL,
    replica TEXT NOT NULL,
    size INTEGER NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX lines_of_function ON lines (function, time_ns, seq, size);
"""
_LINE_BYTES = 100
"""What a line takes besides its text."""
_LEFT = 0.9
"""The share that is left after the oldest lines were dropped, so that this is not done for each line."""
_DROP_OLDEST = (
    "DELETE FROM lines WHERE seq IN (SELECT seq FROM (SELECT seq, sum(size) OVER (ORDER BY time_ns DESC, seq DESC) "
    "AS newer FROM lines WHERE function = ?) WHERE newer > ?)"
)
_log = logging.getLogger(__name__)


class LogArchive:
    """Keeps lines. Thread-safe; it waits for the disk, so it is not for the loop."""

    def __init__(self, file: SqliteFile, max_bytes: int = DEFAULT_BYTES) -> None:
        """Keep `max_bytes` of each function."""
        self._file = file
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._waiting: deque[tuple[str, int, str, str, int, str]] = deque()
        self._waiting_bytes = 0
        self._replaced: set[tuple[str, str]] = set()
        """Replicas, by function and id, whose lines on disk are to go first."""
        self._changes: dict[str, int] = {}
        self._is_failing = False
        with file.transaction() as db:
            self._labels = {label for (label,) in db.execute("SELECT DISTINCT function FROM lines")}
            self._trim(db, self._labels)

    def append(self, function: FunctionName, line: Line) -> None:
        """Keep a line with the next `flush`; what is much is written at once."""
        with self._lock:
            self._wait(function, line)
            if self._waiting_bytes > WRITE_AT_BYTES and not self._is_failing:
                self._write()

    def keep(self, function: FunctionName, replica_id: str, lines: Iterable[Line]) -> None:
        """Keep the lines of a replica in place of any that are kept of it; on disk when it returns.

        What the disk does not take is logged, and waits.
        """
        with self._lock:
            self._replaced.add((str(function), replica_id))
            for line in lines:
                self._wait(function, line)
            self._write()

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            if self._waiting:
                self._write()

    def lines(self, function: FunctionName) -> list[Line]:
        """Return a function's lines that are kept, oldest first. Raises Unavailable if they cannot be read."""
        self.flush()
        query = "SELECT time_ns, replica_id, replica, text FROM lines WHERE function = ? ORDER BY time_ns, seq"
        try:
            with self._file.transaction() as db:
                rows = db.execute(query, (str(function),)).fetchall()
        except sqlite3.Error as error:
            raise Unavailable(f"the gateway cannot read the logs that it keeps: {error}") from error
        return [Line(ns, id_, LogMessage(*function, name, moment_of(ns), text)) for ns, id_, name, text in rows]

    def changes(self, function: FunctionName) -> int:
        """Return a number that grows when more lines of the function are on disk."""
        with self._lock:
            return self._changes.get(str(function), 0)

    def _wait(self, function: FunctionName, line: Line) -> None:
        size = len(line.message.text.encode()) + _LINE_BYTES
        self._waiting.append(
            (str(function), line.time_ns, line.replica_id, line.message.instance, size, line.message.text)
        )
        self._waiting_bytes += size
        while self._waiting_bytes > max(MAX_WAITING_BYTES, self._max_bytes) + size:
            self._waiting_bytes -= self._waiting.popleft()[4]

    def _write(self) -> None:
        """Write what waits; the lock is held."""
        labels = {row[0] for row in self._waiting}
        try:
            with self._file.transaction() as db:
                db.executemany("DELETE FROM lines WHERE function = ? AND replica_id = ?", self._replaced)
                db.executemany(
                    "INSERT INTO lines (function, time_ns, replica_id, replica, size, text) VALUES (?, ?, ?, ?, ?, ?)",
                    self._waiting,
                )
                self._trim(db, labels)
        except sqlite3.Error as error:
            if not self._is_failing:
                _log.error("logs cannot be kept on disk (%s): the newest wait, older ones are lost", error)
            self._is_failing = True
            return
        self._is_failing = False
        self._waiting.clear()
        self._waiting_bytes = 0
        self._replaced.clear()
        for label in labels:
            self._changes[label] = self._changes.get(label, 0) + 1

    def _trim(self, db: sqlite3.Connection, labels: Iterable[str]) -> None:
        """Drop the oldest lines of functions that have too many, and those of too many functions."""
        for label in labels:
            (size,) = db.execute("SELECT total(size) FROM lines WHERE function = ?", (label,)).fetchone()
            if size > self._max_bytes:
                db.execute(_DROP_OLDEST, (label, int(self._max_bytes * _LEFT)))
        if len(self._labels.union(labels)) > MAX_FUNCTIONS:
            db.execute(
                "DELETE FROM lines WHERE function NOT IN "
                "(SELECT function FROM lines GROUP BY function ORDER BY max(time_ns) DESC LIMIT ?)",
                (MAX_FUNCTIONS,),
            )
            self._labels = {label for (label,) in db.execute("SELECT DISTINCT function FROM lines")}
        else:
            self._labels.update(labels)
