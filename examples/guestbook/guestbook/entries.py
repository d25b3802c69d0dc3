"""The statements. What callers send goes beside a statement, never into it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from database import Database

_READ = """
    SELECT id, name, message, written FROM entries WHERE id < %(before)s ORDER BY id DESC LIMIT %(limit)s
"""
# with the same key it writes once, however often it runs
_WRITE = """
    INSERT INTO entries (key, name, message) VALUES (%(key)s, %(name)s, %(message)s)
    ON CONFLICT (key) DO UPDATE SET key = excluded.key
    RETURNING id, name, message, written
"""


def read(database: Database, dsn: str, *, before: int, limit: int) -> list[dict[str, Any]]:
    """Return so many entries, newest first, of those that were written before one."""
    return database.run(dsn, _READ, {"before": before, "limit": limit})


def write(database: Database, dsn: str, *, name: str, message: str) -> dict[str, Any]:
    """Write an entry and return it."""
    (entry,) = database.run(dsn, _WRITE, {"key": uuid4(), "name": name, "message": message})
    return entry
