"""A store of its own for a test, and calls to put into it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portable.gateway.calls.stored_exchange import Reply
from portable.gateway.queue.models import Ending, NewCall, State
from portable.gateway.queue.reader import CallReader
from portable.gateway.queue.schema import open_file
from portable.gateway.queue.store import Store
from portable.gateway.storage.sqlite import SqliteFile

NOW_S = 1_800_000_000.0
FUNCTION = "fn.openfaas-fn"


@dataclass
class Opened:
    """A store, and what can be read of it."""

    store: Store
    reader: CallReader
    file: SqliteFile

    async def running(self, call_id: str = "one", **fields: Any) -> int:
        """Keep a call and have it run; return its number."""
        ticket = await self.store.accept(new_call(call_id, **fields))
        assert await self.store.begin(ticket.seq, NOW_S)
        return ticket.seq

    async def ended(self, call_id: str = "one", state: State = State.DONE, **fields: Any) -> int:
        """Keep a call and have it end; return its number."""
        now_s = fields.pop("ended_s", NOW_S)
        body = fields.pop("reply", b"reply")
        seq = await self.running(call_id, **fields)
        assert await self.store.end(seq, state, now_s, ending(body=body))
        return seq

    def states(self) -> dict[str, str]:
        """Return the state of each call, by id."""
        return {call["callId"]: call["state"] for call in self.reader.list(limit=1000)}


@asynccontextmanager
async def opened(state_dir: Path, *, watch: Callable[[str], None] | None = None) -> AsyncIterator[Opened]:
    """Give the store of a folder; `watch` is told of every statement."""
    file = open_file(state_dir)
    file.connection.set_trace_callback(watch)
    store = Store(file)
    try:
        yield Opened(store, CallReader(file), file)
    finally:
        await store.close()


def new_call(call_id: str = "one", *, function: str = FUNCTION, body: bytes = b"body", callback: str = "") -> NewCall:
    """Return a call."""
    return NewCall(call_id, function, b"/path?query", b"x-one: 1\r\n", body, callback, NOW_S)


def ending(status: int = 200, *, body: bytes | None = b"reply", error: str = "") -> Ending:
    """Return how an attempt ended."""
    reply = Reply(status, b"X-Two: 2\r\nX-Two: 3\r\n", body, len(body or b"12345"))
    return Ending(reply, 10, 0.25, "fn-1", error)


def rows(state_dir: Path, query: str) -> list[Any]:
    """Return what a query finds in a folder's file."""
    with sqlite3.connect(state_dir / "calls.db") as db:
        found = db.execute(query).fetchall()
    db.close()
    return found
