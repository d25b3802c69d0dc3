"""The tables of asynchronous calls. None may be lost: each commit is synced, and a broken file is refused."""

from __future__ import annotations

from pathlib import Path

from ..storage.sqlite import Schema, SqliteFile

FILE_NAME = "calls.db"
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
SCHEMA = Schema(
    content="asynchronous calls",
    application_id=0x6173796E,
    version=1,
    tables=_TABLES,
    first_pragmas=("auto_vacuum = INCREMENTAL",),
    pragmas=(
        "journal_mode = WAL",
        "synchronous = FULL",  # an accepted call survives the machine's end, too
        "journal_size_limit = 67108864",
    ),
    has_readers=True,
    is_expendable=False,
)


def open_file(state_dir: Path) -> SqliteFile:
    """Return the file of a gateway's asynchronous calls. Raises GatewayError."""
    return SqliteFile(state_dir / FILE_NAME, SCHEMA)
