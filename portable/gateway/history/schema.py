"""The tables of the history. Its last second may be lost; a broken file is moved aside: the gateway still starts."""

from __future__ import annotations

from pathlib import Path

from ..logs.archive import TABLES as LOG_TABLES
from ..storage.sqlite import Schema, SqliteFile

FILE_NAME = "history.db"
_CALL_TABLES = """
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
"""
SCHEMA = Schema(
    content="calls and logs",
    application_id=0x68697374,
    version=1,
    tables=_CALL_TABLES + LOG_TABLES,
    first_pragmas=(),
    pragmas=(
        "journal_mode = WAL",
        "synchronous = NORMAL",  # whole after the machine's end; its last seconds may be missing
        "journal_size_limit = 4194304",
    ),
    has_readers=False,
    is_expendable=True,
)


def open_file(state_dir: Path) -> SqliteFile:
    """Return the file of a gateway's history. Raises GatewayError."""
    return SqliteFile(state_dir / FILE_NAME, SCHEMA)
