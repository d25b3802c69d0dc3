"""Calls and lines of a test's own, and a history whose clock stands still."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from portable.gateway.calls.record import Call
from portable.gateway.functions.state import Function
from portable.gateway.history.models import CallQuery
from portable.gateway.history.schema import FILE_NAME, open_file
from portable.gateway.history.service import History
from portable.gateway.logs.line import Line, moment_of
from portable.stack.messages import FunctionName, LogMessage

from ..peers.running import function_of

NOW_S = 1_800_000_000.0
"""The beginning of a bucket of ten seconds."""
FN = FunctionName("fn")
FUNCTION = function_of(FN)
_NS = 10**9


def call(call_id: str = "id", *, function: Function = FUNCTION, ago_s: float = 1.0, **fields: Any) -> Call:
    """Return a call that began so long ago and took a tenth of a second."""
    one = Call(function, call_id, "POST", 200, 0.1, f"{function.name.name}-1", was_cold=False)
    return one._replace(started_ns=int((NOW_S - ago_s) * _NS), **fields)


def function(name: str) -> Function:
    """Return a function of that name."""
    return function_of(FunctionName(name))


def line(text: str, at: int = 0, *, name: FunctionName = FN, replica: str = "fn-1") -> Line:
    """Return a line that was printed so many microseconds after NOW_S."""
    time_ns = int(NOW_S) * _NS + at * 1000
    return Line(time_ns, f"id-of-{replica}", LogMessage(*name, replica, moment_of(time_ns), text))


@contextmanager
def history(folder: Path, *, keep_calls: int = 200, keep_log_bytes: int = 2**20) -> Iterator[History]:
    """Give the history of a folder, whose thread does not run: it writes when it is told to, and at the end."""
    file = open_file(folder)
    it = History(file, keep_calls=keep_calls, keep_log_bytes=keep_log_bytes, clock=lambda: NOW_S)
    with closing(it):
        yield it


def ids(it: History, query: CallQuery | None = None) -> list[str]:
    """Return the ids of the calls that are wanted, newest first."""
    return [kept.call_id for kept in it.calls(query or CallQuery(limit=1000))]


def rows(folder: Path, query: str) -> list[Any]:
    """Return what a query finds in a folder's file, which nobody has open."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as db:
        return db.execute(query).fetchall()


def texts(lines: list[Line]) -> list[str]:
    """Return what lines say."""
    return [one.message.text for one in lines]
