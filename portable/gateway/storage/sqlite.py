"""A SQLite file: made for its owner alone, checked before it is used, and locked against other gateways.

The room that owns a file says with a Schema what is in it, and how much its loss matters.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ...stack.errors import GatewayError

_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Schema:
    """What is in a file, and how it is to be used."""

    content: str
    """As errors call it, e.g. "calls and logs"."""
    application_id: int
    version: int
    """Of the tables: a file with a larger one was written by a newer gateway, and is refused."""
    tables: str
    """The statements that make them."""
    pragmas: Sequence[str]
    """What is set whenever the file is opened, e.g. "synchronous = FULL"."""
    first_pragmas: Sequence[str]
    """The pragma for a new file, which must precede its tables, such as "auto_vacuum = INCREMENTAL"."""
    has_readers: bool
    """Whether `SqliteFile.reader` gives connections beside the one that writes. It takes a lock file next to the
    database; without readers, SQLite's own exclusive lock keeps everybody out."""
    is_expendable: bool
    """Whether a broken file is moved aside and an empty one begun; it is refused otherwise."""


class SqliteFile:
    """An open file: one connection that writes and, if its schema has readers, any number that read."""

    def __init__(self, path: Path, schema: Schema) -> None:
        """Raise GatewayError for a file that cannot be opened, or is another gateway's, another program's or newer."""
        self.path = path
        self._mutex = threading.Lock()
        self._lock_file: int | None = None
        with _errors(path, schema):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if schema.has_readers:
                self._lock_file = _lock(path.with_suffix(".lock"))
            try:
                self.connection = _open(path, schema)
            except BaseException:
                self._unlock()
                raise

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to one thread at a time; what is done inside is done altogether or not at all.

        Raises sqlite3.Error.
        """
        with self._mutex:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            finally:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")

    def reader(self) -> sqlite3.Connection:
        """Return a connection that reads, for any thread; whoever asked for it closes it."""
        return sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)

    def close(self) -> None:
        """Close the file, and let another gateway have it."""
        with self._mutex:
            self.connection.close()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None


@contextmanager
def _errors(path: Path, schema: Schema) -> Iterator[None]:
    """Turn what keeps a file from being opened into a GatewayError."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        if isinstance(error, BlockingIOError) or getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise GatewayError(
                f"another gateway keeps its calls in {str(path)!r}: end it, or give this one another --state-dir"
            ) from error
        raise GatewayError(
            f"cannot keep {schema.content} in {str(path)!r}: {error}; choose another --state-dir"
        ) from error


def _lock(path: Path) -> int:
    """Return a descriptor that holds a lock until it is closed. Raises BlockingIOError if another process has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _open(path: Path, schema: Schema) -> sqlite3.Connection:
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    path.chmod(0o600)
    try:
        return _connect(path, schema)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in _BROKEN:
            raise
        if not schema.is_expendable:
            raise GatewayError(
                f"{str(path)!r} cannot be read as the gateway's file of {schema.content} ({error}): restore it from a "
                "backup, or move it and its -wal away to begin with an empty one; the calls in it are not run then"
            ) from error
        _move_aside(path, schema, error)
        return _open(path, schema)


def _connect(path: Path, schema: Schema) -> sqlite3.Connection:
    timeout_s = 5.0 if schema.has_readers else 0.0  # without readers, whoever holds a lock is another gateway
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=timeout_s)
    try:
        _prepare(connection, path, schema)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    """Make the tables of a new file, and check one that is there."""
    if not schema.has_readers:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # what is locked by the first transaction stays so
    version = _number(connection, "user_version")
    is_new = not version and not _number(connection, "schema_version")
    if not is_new:
        _check_owner(connection, path, schema, version)
    for pragma in (*(schema.first_pragmas if is_new else ()), *schema.pragmas):
        connection.execute(f"PRAGMA {pragma}")
    if is_new or not schema.has_readers:  # whoever may read a file that is there may also hold its lock for a while
        connection.execute("BEGIN EXCLUSIVE")
        if is_new:
            _make(connection, schema)
        connection.execute("COMMIT")
    if schema.is_expendable:
        _check_content(connection)


def _make(connection: sqlite3.Connection, schema: Schema) -> None:
    for statement in schema.tables.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {schema.application_id}")
    connection.execute(f"PRAGMA user_version = {schema.version}")


def _check_owner(connection: sqlite3.Connection, path: Path, schema: Schema, version: int) -> None:
    if _number(connection, "application_id") != schema.application_id:
        raise GatewayError(f"{str(path)!r} is another program's database: move it away, or choose another --state-dir")
    if version > schema.version:
        raise GatewayError(
            f"{str(path)!r} was written by a newer gateway (its format is {version}, this one knows {schema.version}): "
            "start that one, or move the file away to begin with an empty one"
        )


def _check_content(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError for a file that SQLite opens, and that is broken further on."""
    with closing(connection.execute("PRAGMA quick_check(1)")) as found:
        if (said := found.fetchone()[0]) != "ok":
            broken = sqlite3.DatabaseError(said)
            broken.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise broken


def _move_aside(path: Path, schema: Schema, error: sqlite3.Error) -> None:
    """Rename a broken file and what belongs to it."""
    aside = path.with_name(f"{path.name}.broken-{time.time_ns()}")
    _log.error(
        "%s is broken (%s): %s begin anew, and it is kept as %s; remove that if you need nothing of it",
        path,
        error,
        schema.content,
        aside,
    )
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
