"""What is kept of calls and logs, as the rest of the gateway sees it, and the thread that writes it to the disk.

The loop only calls `record`. What the thread has not written when the gateway is killed is lost: a second's worth.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Self

from ...stack.messages import FunctionName
from ..config import Config
from ..logs.archive import LogArchive
from ..storage.sqlite import SqliteFile
from .models import CallQuery, KeptCall, Summary
from .recent import Batch, Recent
from .schema import open_file

EVERY_S = 1.0
_SURPLUS = (
    "DELETE FROM calls WHERE seq IN (SELECT seq FROM "
    "(SELECT seq, row_number() OVER (PARTITION BY function ORDER BY seq DESC) AS age FROM calls) WHERE age > ?)"
)
_log = logging.getLogger(__name__)


class History:
    """The calls and the logs that are kept. All but `record` is for any thread but the loop's."""

    def __init__(
        self, file: SqliteFile, *, keep_calls: int, keep_log_bytes: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._file = file
        with file.transaction() as db:
            db.execute(_SURPLUS, (keep_calls,))
            rows = db.execute("SELECT * FROM calls ORDER BY seq").fetchall()
        self._recent = Recent(keep_calls, rows, clock)
        self.record = self._recent.record
        """Keep a call that ended; on the loop, and never blocks."""
        self.logs = LogArchive(file, keep_log_bytes)
        self._writing = threading.Lock()
        self._is_failing = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="history", daemon=True)

    @classmethod
    def open(cls, config: Config) -> Self:
        """Return the history of a gateway's state. Raises GatewayError for a file that cannot be used."""
        file = open_file(config.state_dir)
        return cls(file, keep_calls=config.history, keep_log_bytes=config.keep_logs_bytes)

    def start(self) -> None:
        """Begin to write each second."""
        self._thread.start()

    def close(self) -> None:
        """Write the rest, and close the file."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        self.flush()
        self._file.close()

    def calls(self, query: CallQuery) -> list[KeptCall]:
        """Return the calls that are wanted, newest first."""
        return self._recent.find(query)

    def summary_of(self, function: FunctionName) -> Summary:
        """Return how a function did in the last five minutes; after a start, as far as its calls are kept."""
        return self._recent.summary_of(str(function))

    def flush(self) -> None:
        """Write what is not on disk yet."""
        self.logs.flush()
        with self._writing:
            batch = self._recent.unsaved()
            if not batch.rows and not batch.forgotten:
                return
            try:
                self._write(batch)
            except sqlite3.Error as error:
                if not self._is_failing:
                    _log.error("calls cannot be kept on disk (%s); in memory they are, until the gateway ends", error)
                self._is_failing = True
            else:
                self._is_failing = False
                self._recent.saved(batch)

    def _work(self) -> None:
        while not self._closing.wait(EVERY_S):
            self.flush()

    def _write(self, batch: Batch) -> None:
        with self._file.transaction() as db:
            db.executemany("DELETE FROM calls WHERE function = ?", [(label,) for label in batch.forgotten])
            db.executemany(f"INSERT INTO calls VALUES ({', '.join('?' * len(KeptCall._fields))})", batch.rows)  # noqa: S608
            db.executemany("DELETE FROM calls WHERE function = ? AND seq < ?", batch.oldest)
