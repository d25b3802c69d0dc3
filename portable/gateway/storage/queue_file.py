"""The file that asynchronous calls are kept in: made for its owner alone, checked before it is used, one gateway's."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from ...stack.errors import GatewayError

FILE_NAME = "calls.db"
LOCK_NAME = "calls.lock"
VERSION = 1
APPLICATION_ID = 0x6173796E
# The bodies are in tables of their own: SQLite writes a whole row for each change of one of its columns.
_TABLES = """
CREATE TABLE calls (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    function TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead', 'cancelled')),
    accepted_s REAL NOT NULL,
    due_s REAL NOT NULL,
    started_s REAL,
    ended_s REAL CHECK ((ended_s IS NOT NULL) = (state IN ('done', 'dead', 'cancelled'))),
    attempts INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL DEFAULT 0,
    redeliveries INTEGER NOT NULL DEFAULT 0,
    replays INTEGER NOT NULL DEFAULT 0,
    status INTEGER NOT NULL DEFAULT 0,
    duration_s REAL NOT NULL DEFAULT 0,
    replica TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX calls_of_function ON calls (function, state, seq);
CREATE INDEX calls_in_state ON calls (state, seq);
CREATE INDEX calls_by_end ON calls (ended_s) WHERE ended_s IS NOT NULL;
CREATE TABLE requests (
    seq INTEGER PRIMARY KEY, target BLOB NOT NULL, headers BLOB NOT NULL, body BLOB NOT NULL
);
CREATE TABLE replies (
    seq INTEGER PRIMARY KEY, headers BLOB NOT NULL, size INTEGER NOT NULL, body BLOB
);
CREATE TABLE callbacks (
    seq INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'dead', 'cancelled')),
    due_s REAL NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    status INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX callbacks_in_state ON callbacks (state, seq);
"""


class File:
    """The file, opened for the one thread that writes, and locked against other gateways."""

    def __init__(self, state_dir: Path) -> None:
        """Raise GatewayError for a file that is another gateway's, newer or broken; it is left as it is."""
        self.path = state_dir / FILE_NAME
        self._lock = _lock(state_dir)
        try:
            self.connection = _open(self.path)
        except BaseException:
            os.close(self._lock)
            raise

    def reader(self) -> sqlite3.Connection:
        """Return a connection that reads, for any thread; whoever asked for it closes it."""
        connection = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        return connection

    def close(self) -> None:
        """Close the file, and let another gateway have it."""
        self.connection.close()
        os.close(self._lock)


def _lock(state_dir: Path) -> int:
    path = state_dir / LOCK_NAME
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise GatewayError(f"cannot keep calls in {str(state_dir)!r}: {error}; choose another --state-dir") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise GatewayError(
            f"another gateway keeps its calls in {str(state_dir)!r}: end it, or give this one another --state-dir"
        ) from None
    return descriptor


def _open(path: Path) -> sqlite3.Connection:
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        path.chmod(0o600)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise GatewayError(f"cannot open {str(path)!r}: {error}; choose another --state-dir") from error
    try:
        _prepare(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise GatewayError(
            f"{str(path)!r} cannot be read as the gateway's file of asynchronous calls ({error}): restore it from a "
            "backup, or move it and its -wal away to begin with an empty one; the calls in it are not run then"
        ) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = _number(connection, "user_version")
    if not version and not _number(connection, "schema_version"):
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(
            f"BEGIN EXCLUSIVE; {_TABLES}"
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT"
        )
    elif _number(connection, "application_id") != APPLICATION_ID:
        raise sqlite3.DatabaseError("it is another program's database")
    elif version > VERSION:
        raise GatewayError(
            f"{str(path)!r} was written by a newer gateway (its format is {version}, this one knows {VERSION}): "
            "start that one, or move the file away to begin with an empty one"
        )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # an accepted call survives the machine's end, too
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.row_factory = sqlite3.Row


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
