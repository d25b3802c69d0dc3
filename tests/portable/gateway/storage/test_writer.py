"""Commits: many at once, and one that fails alone."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from functools import partial
from pathlib import Path

import pytest

from portable.gateway.storage.writer import Writer
from portable.stack.errors import Conflict, Unavailable

from ..peers import on_loop


def connection(path: Path, commits: list[str]) -> sqlite3.Connection:
    db = sqlite3.connect(path / "db", isolation_level=None, check_same_thread=False)
    db.execute("CREATE TABLE numbers (n INTEGER UNIQUE)")
    db.set_trace_callback(lambda statement: commits.append(statement) if statement == "COMMIT" else None)
    return db


def insert(number: int, db: sqlite3.Connection) -> int:
    db.execute("INSERT INTO numbers VALUES (?)", (number,))
    return number


@on_loop
async def test_all_that_waits_is_committed_together(tmp_path: Path) -> None:
    commits: list[str] = []
    db = connection(tmp_path, commits)
    writer, gate = Writer(db, "numbers"), threading.Event()
    first = asyncio.ensure_future(writer.run(lambda _: gate.wait()))
    rest = [asyncio.ensure_future(writer.run(partial(insert, n))) for n in range(100)]
    await asyncio.sleep(0)
    gate.set()

    assert await asyncio.gather(first, *rest) == [True, *range(100)]
    assert len(commits) <= 3  # the first, and what came until it was done
    await writer.close()
    db.close()


@on_loop
async def test_one_that_fails_takes_no_other_with_it(tmp_path: Path) -> None:
    db = connection(tmp_path, [])
    writer, gate = Writer(db, "numbers"), threading.Event()

    def refuse(db: sqlite3.Connection) -> None:
        raise Conflict("known")

    def break_down(db: sqlite3.Connection) -> None:
        insert(99, db)
        raise ValueError("a fault")

    held = asyncio.ensure_future(writer.run(lambda _: gate.wait()))
    jobs = [lambda db: insert(1, db), lambda db: insert(1, db), refuse, break_down, lambda db: insert(2, db)]
    waiting = asyncio.gather(*(writer.run(job) for job in jobs), return_exceptions=True)
    await asyncio.sleep(0)
    gate.set()
    found = await waiting

    assert await held
    assert [type(one) for one in found] == [int, Unavailable, Conflict, Unavailable, int]
    assert db.execute("SELECT n FROM numbers ORDER BY n").fetchall() == [(1,), (2,)]
    await writer.close()
    db.close()


@on_loop
async def test_closing_commits_what_waits(tmp_path: Path) -> None:
    db = connection(tmp_path, [])
    writer = Writer(db, "numbers")
    waiting = asyncio.gather(*(writer.run(partial(insert, n)) for n in range(10)))
    await asyncio.sleep(0)
    await writer.close()

    assert await waiting == list(range(10))
    db.close()


@on_loop
async def test_who_waited_and_left_does_not_undo_it(tmp_path: Path) -> None:
    db = connection(tmp_path, [])
    writer, gate = Writer(db, "numbers"), threading.Event()
    held = asyncio.ensure_future(writer.run(lambda _: gate.wait()))
    left = asyncio.ensure_future(writer.run(lambda db: insert(7, db)))
    await asyncio.sleep(0)
    left.cancel()
    gate.set()
    await held
    await writer.close()

    with pytest.raises(asyncio.CancelledError):
        await left
    assert db.execute("SELECT n FROM numbers").fetchall() == [(7,)]
    db.close()
