"""Which calls are forgotten: those that ended longest ago. One that is open, or whose callback is, never is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

AT_ONCE = 500
"""Others wait for the transaction in which they are forgotten."""
PAGES_AT_ONCE = 2000
MAX_FREE_PAGES = 4096
"""What more is free goes back to the disk."""
_ENDED = (
    "SELECT seq FROM calls WHERE ended_s IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM callbacks WHERE callbacks.seq = calls.seq AND callbacks.state = 'waiting') "
)
_OLD = _ENDED + "AND ended_s < ? LIMIT ?"
_OLDEST = _ENDED + "ORDER BY ended_s LIMIT ?"
_OLDEST_OF_FUNCTION = _ENDED + "AND function = ? AND state = ? ORDER BY seq LIMIT ?"


class Retention(NamedTuple):
    """How much is kept."""

    keep: int
    """So many calls of each function that are done, as many that are dead, as many that are cancelled."""
    keep_for_s: float
    max_bytes: int
    """Of the file."""


def trim(retention: Retention, now_s: float, db: sqlite3.Connection) -> bool:
    """Forget some of what is too old or too much; return whether there may be more of it."""
    victims = _victims(retention, now_s, db)
    for table in ("requests", "replies", "callbacks", "calls"):
        db.executemany(f"DELETE FROM {table} WHERE seq = ?", [(seq,) for seq in victims])  # noqa: S608 - our own names
    pages = min(_number(db, "freelist_count") - MAX_FREE_PAGES, PAGES_AT_ONCE)
    for _ in range(pages):
        db.execute("PRAGMA incremental_vacuum(1)")  # of a larger number Python's sqlite3 does the first page alone
    return bool(victims) or pages > 0


def bytes_used(db: sqlite3.Connection) -> int:
    """Return the bytes of the file that are in use."""
    return (_number(db, "page_count") - _number(db, "freelist_count")) * _number(db, "page_size")


def _victims(retention: Retention, now_s: float, db: sqlite3.Connection) -> list[int]:
    old = db.execute(_OLD, (now_s - retention.keep_for_s, AT_ONCE))
    victims = [int(seq) for (seq,) in old] or list(islice(_surplus(retention.keep, db), AT_ONCE))
    if not victims and bytes_used(db) > retention.max_bytes:
        victims = [int(seq) for (seq,) in db.execute(_OLDEST, (AT_ONCE // 10,))]
    return victims


def _surplus(keep: int, db: sqlite3.Connection) -> Iterable[int]:
    groups = db.execute(
        "SELECT function, state, count(*) FROM calls WHERE state IN ('done', 'dead', 'cancelled') "
        "GROUP BY function, state HAVING count(*) > ?",
        (keep,),
    ).fetchall()
    for function, state, count in groups:
        yield from (int(seq) for (seq,) in db.execute(_OLDEST_OF_FUNCTION, (function, state, count - keep)))


def _number(db: sqlite3.Connection, pragma: str) -> int:
    return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])
