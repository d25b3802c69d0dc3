"""The file that calls and logs are kept in: its owner's alone, one gateway's, and moved aside if it is broken."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ...stack.errors import GatewayError

FILE_NAME = "history.db"
VERSION = 1
APPLICATION_ID = 0x68697374
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLES = """
CREATE TABLE calls (
    seq INTEGER PRIMARY KEY,
    function TEXT NOT NULL,
    call_id TEXT NOT NULL,
    started_ns INTEGER NOT NULL,
    method TEXT NOT NULL,
    status INTEGER NOT NULL,
    duration_s REAL NOT NULL,
    replica TEXT NOT NULL,
    was_cold INTEGER NOT NULL,
    request_bytes INTEGER NOT NULL,
    reply_bytes INTEGER NOT NULL,
    trace_parent TEXT NOT NULL
);
CREATE INDEX calls_of_function ON calls (function, seq);
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
_log = logging.getLogger(__name__)


class File:
    """The file, or a place in memory that goes with the process; a transaction at a time."""

    def __init__(self, path: Path | None) -> None:
        """Raise GatewayError for a file that is another gateway's or newer, or cannot be opened."""
        self.path = path
        self._lock = threading.Lock()
        self.connection = _open(path) if path else _connect(None)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection; what is done inside is done altogether or not at all. Raises sqlite3.Error."""
        with self._lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            finally:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close it, and let another gateway have it."""
        with self._lock:
            self.connection.close()


def _open(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        path.chmod(0o600)
        try:
            return _connect(path)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in _BROKEN:
                raise
            _move_aside(path, error)
            return _open(path)
    except (OSError, sqlite3.Error) as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise GatewayError(
                f"another gateway keeps its calls in {str(path)!r}: end it, or give this one another --state-dir"
            ) from error
        raise GatewayError(f"cannot keep calls and logs in {str(path)!r}: {error}; see --state-dir") from error


def _connect(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False, timeout=0)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # what is locked by the first transaction stays so
    version = _number(connection, "user_version")
    is_new = not version and not _number(connection, "schema_version")
    if not is_new and (_number(connection, "application_id") != APPLICATION_ID or version > VERSION):
        raise GatewayError(
            f"{str(path)!r} is a newer gateway's, or another program's (its format is {version}, this gateway knows "
            f"{VERSION}): start that one, or move the file away to begin with an empty one"
        )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # whole after the machine's end; its last seconds may be missing
    connection.execute("PRAGMA journal_size_limit = 4194304")
    connection.execute("BEGIN EXCLUSIVE")
    if is_new:
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
    with closing(connection.execute("PRAGMA quick_check(1)")) as found:
        if (said := found.fetchone()[0]) != "ok":
            broken = sqlite3.DatabaseError(said)
            broken.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise broken


def _move_aside(path: Path, error: sqlite3.Error) -> None:
    """Rename a broken file and what belongs to it."""
    aside = path.with_name(f"{path.name}.broken-{time.time_ns()}")
    _log.error(
        "%s is broken (%s): calls and logs begin anew, and it is kept as %s; remove that if you need nothing of it",
        path,
        error,
        aside,
    )
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
