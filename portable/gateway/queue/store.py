"""The states of calls on disk. Each transition is one operation, and is refused if the call is in another state.

accept      -> waiting
begin       waiting -> running
end, retry  running -> done | dead | waiting
bury        waiting -> dead
cancel      waiting | running -> cancelled
replay      done | dead | cancelled -> waiting
recover     running -> waiting, at the gateway's start
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from functools import partial
from typing import Any, TypeVar

from ...stack.errors import Conflict, NotFound
from ..http.headers import unpack
from ..storage.sqlite import SqliteFile
from ..storage.writer import Operation, Writer
from .models import ENDED, Attempt, Callback, CallbackState, Ending, NewCall, State, Ticket
from .retention import Retention, trim
from .schema import SCHEMA

T = TypeVar("T")
_TICKETS = (
    "SELECT seq, id, function, calls.due_s, length(body), ifnull(url, '') "
    "FROM calls JOIN requests USING (seq) LEFT JOIN callbacks USING (seq) WHERE calls.state = 'waiting'"
)


class Store:
    """The transitions of calls; made on the event loop, which never waits for a disk. They raise Unavailable."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        file.connection.row_factory = sqlite3.Row
        self._writer = Writer(file.connection, SCHEMA.content)

    async def recover(self) -> list[Ticket]:
        """Put back what ran when the last gateway ended; return all that waits, in its order."""
        return await self._run(_recover)

    async def accept(self, call: NewCall) -> Ticket:
        """Keep a new call. Raises Conflict if its id is known."""
        return await self._run(partial(_accept, call))

    async def begin(self, seq: int, now_s: float) -> Attempt | None:
        """Note that a call runs, and return it; None if it does not wait any more."""
        return await self._run(partial(_begin, seq, now_s))

    async def retry(self, seq: int, due_s: float, ending: Ending) -> bool:
        """Note that a call waits for another attempt; return False if it does not run any more."""
        return await self._run(partial(_retry, seq, due_s, ending))

    async def end(self, seq: int, state: State, now_s: float, ending: Ending) -> bool:
        """Note that a call is done or dead; return False if it does not run any more."""
        return await self._run(partial(_end, seq, state, now_s, ending))

    async def bury(self, seqs: Iterable[int], now_s: float, why: str) -> None:
        """Note that calls that wait are dead."""
        await self._run(partial(_bury, list(seqs), now_s, why))

    async def cancel(self, call_id: str, now_s: float) -> int:
        """Cancel a call, and return its number. Raises NotFound, or Conflict if it has ended."""
        return await self._run(partial(_cancel, call_id, now_s))

    async def replay(self, call_id: str, now_s: float) -> Ticket:
        """Put back a call that ended, as if it were new. Raises NotFound, or Conflict if it has not ended."""
        return await self._run(partial(_replay, call_id, now_s))

    async def callbacks(self) -> list[Ticket]:
        """Return every call that has ended and whose callback has not; when that is due is in it."""
        return await self._run(_due_callbacks)

    async def callback(self, seq: int) -> Callback | None:
        """Return a callback that is to be posted, None if it is not."""
        return await self._run(partial(_callback, seq))

    async def note_callback(self, seq: int, state: CallbackState, due_s: float, status: int, error: str) -> None:
        """Write down what came of a try to post a callback; `due_s` is that of the next if it waits."""
        await self._run(partial(_note_callback, seq, state, due_s, status, error))

    async def trim(self, retention: Retention, now_s: float) -> bool:
        """Forget what is not to be kept any more, the oldest first; return whether there may be more of it."""
        return await self._run(partial(trim, retention, now_s))

    async def close(self) -> None:
        """Commit what waits, and close the file."""
        await self._writer.close()
        self._file.close()

    async def _run(self, operation: Operation[T]) -> T:
        return await self._writer.run(operation)


def _recover(db: sqlite3.Connection) -> list[Ticket]:
    db.execute("UPDATE calls SET state = 'waiting', redeliveries = redeliveries + 1 WHERE state = 'running'")
    return [Ticket(*row) for row in db.execute(f"{_TICKETS} ORDER BY calls.due_s, seq")]


def _accept(call: NewCall, db: sqlite3.Connection) -> Ticket:
    if _find(db, call.id):
        raise Conflict(f"there is a call {call.id} already: send another X-Call-Id, or none")
    seq = db.execute(
        "INSERT INTO calls (id, function, state, accepted_s, due_s) VALUES (?, ?, 'waiting', ?, ?)",
        (call.id, call.function, call.accepted_s, call.accepted_s),
    ).lastrowid
    assert seq is not None  # noqa: S101 - an INSERT has one
    db.execute("INSERT INTO requests VALUES (?, ?, ?, ?)", (seq, call.target, call.lines, call.body))
    if call.callback_url:
        db.execute("INSERT INTO callbacks (seq, url, state) VALUES (?, ?, 'waiting')", (seq, call.callback_url))
    return Ticket(seq, call.id, call.function, call.accepted_s, len(call.body), call.callback_url)


def _begin(seq: int, now_s: float, db: sqlite3.Connection) -> Attempt | None:
    if not _move(db, seq, State.WAITING, "state = 'running', attempts = attempts + 1, started_s = ?", now_s):
        return None
    row = db.execute("SELECT * FROM calls JOIN requests USING (seq) WHERE seq = ?", (seq,)).fetchone()
    headers = unpack(row["headers"])
    return Attempt(seq, row["id"], row["target"], headers, row["body"], row["attempts"], row["redeliveries"])


def _retry(seq: int, due_s: float, ending: Ending, db: sqlite3.Connection) -> bool:
    return _note(db, seq, ending, "state = 'waiting', due_s = ?", due_s)


def _end(seq: int, state: State, now_s: float, ending: Ending, db: sqlite3.Connection) -> bool:
    if not _note(db, seq, ending, "state = ?, ended_s = ?", state, now_s):
        return False
    if reply := ending.reply:
        db.execute("INSERT INTO replies VALUES (?, ?, ?, ?)", (seq, reply.lines, reply.size, reply.body))
    return True


def _bury(seqs: list[int], now_s: float, why: str, db: sqlite3.Connection) -> None:
    for seq in seqs:
        _move(db, seq, State.WAITING, "state = 'dead', ended_s = ?, error = ?", now_s, why)


def _cancel(call_id: str, now_s: float, db: sqlite3.Connection) -> int:
    row = _known(db, call_id)
    seq = int(row["seq"])
    if row["state"] in (State.DONE, State.DEAD):
        raise Conflict(f"call {call_id} has ended, it is {row['state']}: there is nothing to cancel")
    if row["state"] != State.CANCELLED:
        _move(db, seq, State(row["state"]), "state = 'cancelled', ended_s = ?", now_s)
        db.execute("UPDATE callbacks SET state = 'cancelled' WHERE seq = ?", (seq,))
    return seq


def _replay(call_id: str, now_s: float, db: sqlite3.Connection) -> Ticket:
    row = _known(db, call_id)
    seq, state = int(row["seq"]), State(row["state"])
    if state not in ENDED:
        raise Conflict(f"call {call_id} is {state}: it can be run again once it has ended")
    if _is_calling_back(db, seq):
        raise Conflict(f"call {call_id} has a callback that is still to be posted: it can be run again after that")
    fresh = (
        "state = 'waiting', due_s = ?, replays = replays + 1, attempts = 0, redeliveries = 0, started_s = NULL, "
        "ended_s = NULL, status = 0, duration_s = 0, replica = '', error = ''"
    )
    _move(db, seq, state, fresh, now_s)
    db.execute("DELETE FROM replies WHERE seq = ?", (seq,))
    db.execute(
        "UPDATE callbacks SET state = 'waiting', due_s = 0, tries = 0, status = 0, error = '' WHERE seq = ?", (seq,)
    )
    return Ticket(*db.execute(f"{_TICKETS} AND seq = ?", (seq,)).fetchone())


def _due_callbacks(db: sqlite3.Connection) -> list[Ticket]:
    rows = db.execute(
        "SELECT seq, id, function, callbacks.due_s, 0, url FROM callbacks JOIN calls USING (seq) "
        "WHERE callbacks.state = 'waiting' AND ended_s IS NOT NULL ORDER BY callbacks.due_s, seq"
    )
    return [Ticket(*row) for row in rows]


def _callback(seq: int, db: sqlite3.Connection) -> Callback | None:
    row = db.execute(
        "SELECT id, function, url, tries, calls.status, calls.error, headers, body, duration_s, attempts, "
        "max_attempts, replays FROM callbacks JOIN calls USING (seq) LEFT JOIN replies USING (seq) "
        "WHERE seq = ? AND callbacks.state = 'waiting' AND ended_s IS NOT NULL",
        (seq,),
    ).fetchone()
    if not row:
        return None
    is_of_the_function = bool(row["status"]) and not row["error"]
    return Callback(
        seq=seq,
        call_id=row["id"],
        function=row["function"],
        url=row["url"],
        tries=row["tries"],
        status=row["status"] or 503,
        lines=row["headers"] or b"",
        body=(row["body"] or b"") if is_of_the_function else b"",
        duration_s=row["duration_s"],
        retries=max(0, row["attempts"] - 1),
        max_attempts=row["max_attempts"],
        replays=row["replays"],
    )


def _note_callback(
    seq: int, state: CallbackState, due_s: float, status: int, error: str, db: sqlite3.Connection
) -> None:
    db.execute(
        "UPDATE callbacks SET state = ?, due_s = ?, tries = tries + 1, status = ?, error = ? "
        "WHERE seq = ? AND state = 'waiting'",
        (state, due_s, status, error, seq),
    )


def _note(db: sqlite3.Connection, seq: int, ending: Ending, change: str, *values: Any) -> bool:
    """Write down how an attempt ended, and move its call on."""
    status = ending.reply.status if ending.reply else 0
    noted = (status, ending.max_attempts, ending.duration_s, ending.replica, ending.error)
    outcome = "status = ?, max_attempts = ?, duration_s = ?, replica = ?, error = ?"
    return _move(db, seq, State.RUNNING, f"{change}, {outcome}", *values, *noted)


def _move(db: sqlite3.Connection, seq: int, before: State, change: str, *values: Any) -> bool:
    """Change a call that is in that state; return whether it was."""
    statement = f"UPDATE calls SET {change} WHERE seq = ? AND state = ?"  # noqa: S608 - never a caller's text
    return db.execute(statement, (*values, seq, before)).rowcount == 1


def _find(db: sqlite3.Connection, call_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute("SELECT seq, state FROM calls WHERE id = ?", (call_id,)).fetchone()
    return row


def _known(db: sqlite3.Connection, call_id: str) -> sqlite3.Row:
    row = _find(db, call_id)
    if not row:
        raise NotFound(f"there is no call {call_id}: it was never accepted, or is not kept any more")
    return row


def _is_calling_back(db: sqlite3.Connection, seq: int) -> bool:
    return db.execute("SELECT 1 FROM callbacks WHERE seq = ? AND state = 'waiting'", (seq,)).fetchone() is not None
