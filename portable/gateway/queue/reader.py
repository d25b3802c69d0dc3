"""Asynchronous calls as they are told of: read from their file on any thread but the loop's, while another writes."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from ...stack.errors import NotFound, Unavailable
from ...stack.messages import rfc3339
from ..calls.stored_exchange import Reply
from ..http.headers import unpack
from ..storage.sqlite import SqliteFile
from .models import State

Wire = dict[str, Any]
_SUMMARY = (
    "SELECT calls.*, url, callbacks.state AS callback_state, tries, callbacks.status AS callback_status, "
    "callbacks.error AS callback_error FROM calls LEFT JOIN callbacks USING (seq)"
)


class CallReader:
    """Reads calls. Raises Unavailable if the file cannot be read."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def find(self, call_id: str) -> Wire:
        """Return everything about a call but its request. Raises NotFound."""
        with self._reading() as db:
            row = _known(db, call_id)
            reply = _reply(db, row)
        return _to_wire(row) | (_reply_to_wire(reply) if reply else {})

    def reply(self, call_id: str) -> tuple[State, Reply | None]:
        """Return a call's state, and its reply if there is one. Raises NotFound."""
        with self._reading() as db:
            row = _known(db, call_id)
            return State(row["state"]), _reply(db, row)

    def list(self, *, function: str = "", state: State | None = None, limit: int = 100) -> list[Wire]:
        """Return the newest calls, of one function and in one state if that is asked for, without their replies."""
        conditions = {"function": function, "calls.state": state or ""}
        chosen = {name: value for name, value in conditions.items() if value}
        where = " AND ".join(f"{name} = ?" for name in chosen) or "1"
        query = f"{_SUMMARY} WHERE {where} ORDER BY calls.seq DESC LIMIT ?"
        with self._reading() as db:
            return [_to_wire(row) for row in db.execute(query, (*chosen.values(), limit))]

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many calls of each function (`name.namespace`) are in each state; a state that none is in is 0."""
        with self._reading() as db:
            rows = db.execute("SELECT function, state, count(*) FROM calls GROUP BY function, state").fetchall()
        counts: dict[str, dict[str, int]] = {}
        for function, state, count in rows:
            counts.setdefault(function, dict.fromkeys(State, 0))[State(state)] = count
        return counts

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._file.reader()
            connection.row_factory = sqlite3.Row
            try:
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise Unavailable(f"the gateway cannot read its file of asynchronous calls: {error}") from error


def _known(db: sqlite3.Connection, call_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute(f"{_SUMMARY} WHERE id = ?", (call_id,)).fetchone()
    if not row:
        raise NotFound(f"there is no call {call_id}: it was never accepted, or is not kept any more")
    return row


def _reply(db: sqlite3.Connection, call: sqlite3.Row) -> Reply | None:
    row = db.execute("SELECT headers, body, size FROM replies WHERE seq = ?", (call["seq"],)).fetchone()
    return Reply(call["status"], row["headers"], row["body"], row["size"]) if row else None


def _to_wire(row: sqlite3.Row) -> Wire:
    wire = {
        "callId": row["id"],
        "function": row["function"],
        "state": row["state"],
        "attempts": row["attempts"],
        "maxAttempts": row["max_attempts"],
        "redeliveries": row["redeliveries"],
        "replays": row["replays"],
        "acceptedAt": _time(row["accepted_s"]),
        "startedAt": _time(row["started_s"]),
        "endedAt": _time(row["ended_s"]),
        "nextAttemptAt": _time(row["due_s"]) if row["state"] == State.WAITING else None,
        "status": row["status"] or None,
        "durationSeconds": round(row["duration_s"], 6),
        "replica": row["replica"],
        "error": row["error"],
    }
    if row["url"]:
        wire["callback"] = {
            "url": row["url"],
            "state": row["callback_state"],
            "tries": row["tries"],
            "status": row["callback_status"] or None,
            "error": row["callback_error"],
        }
    return wire


def _reply_to_wire(reply: Reply) -> Wire:
    wire: Wire = {"headers": _headers_to_wire(reply.lines), "size": reply.size}
    if reply.body is None:
        wire["bodyNotKept"] = f"it has {reply.size} bytes, more than the gateway keeps (--async-max-result)"
        return wire
    try:
        wire["body"] = reply.body.decode()
    except UnicodeDecodeError:
        wire["bodyBase64"] = base64.b64encode(reply.body).decode()
    return wire


def _headers_to_wire(lines: bytes) -> dict[str, list[str]]:
    """Return headers as Go writes them: a list of values for each name."""
    written: dict[str, list[str]] = {}
    for name, value in unpack(lines):
        written.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    return written


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(datetime.fromtimestamp(seconds, UTC))
