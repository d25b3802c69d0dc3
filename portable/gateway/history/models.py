"""What is kept of calls, and what is told of them. In memory and on disk a row is the same plain tuple."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...stack.messages import rfc3339
from ..calls.record import Call
from ..logs.line import moment_of

Row = tuple[Any, ...]
"""The fields of a KeptCall, without its class: thousands of them are kept."""


class KeptCall(NamedTuple):
    """A call that ended."""

    seq: int
    """Its number: calls that ended later have larger ones."""
    function: str
    """`name.namespace`."""
    call_id: str
    started_ns: int
    """Since 1970."""
    method: str
    status: int
    duration_s: float
    replica: str
    was_cold: bool
    request_bytes: int
    reply_bytes: int
    trace_parent: str

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object that the API has of it."""
        return {
            "callId": self.call_id,
            "function": self.function,
            "startedAt": rfc3339(moment_of(self.started_ns)),
            "method": self.method,
            "status": self.status,
            "durationSeconds": round(self.duration_s, 6),
            "replica": self.replica,
            "cold": bool(self.was_cold),
            "requestBytes": self.request_bytes,
            "replyBytes": self.reply_bytes,
            "traceParent": self.trace_parent,
        }


class CallQuery(NamedTuple):
    """Which calls are wanted: those for which everything that is given holds."""

    function: str = ""
    """`name.namespace`."""
    call_id: str = ""
    statuses: range = range(1000)
    since_ns: int = 0
    """Those that began then or later."""
    limit: int = 100
    """The newest so many."""

    def wants(self, call: KeptCall) -> bool:
        """Return whether it is one of them, but for `limit`."""
        return (
            self.function in ("", call.function)
            and self.call_id in ("", call.call_id)
            and call.status in self.statuses
            and call.started_ns >= self.since_ns
        )


class Bucket(NamedTuple):
    """The calls that ended within one stretch of time."""

    begin_s: float
    """Since 1970."""
    calls: int
    errors: int
    """Those that were answered with 500 or above."""


class Summary(NamedTuple):
    """How a function did in the last minutes."""

    calls: int
    errors: int
    calls_per_minute: float
    p50_s: float | None
    """Half of the calls took no longer, give or take 5 %; None if there were none."""
    p95_s: float | None
    series: tuple[Bucket, ...]
    """All of that time, oldest first."""


def row_of(seq: int, label: str, call: Call) -> Row:
    """Return what is kept of a call of the function `label`."""
    return (
        seq,
        label,
        call.call_id,
        call.started_ns,
        call.method,
        call.status,
        call.duration_s,
        call.replica,
        call.was_cold,
        call.request_bytes,
        call.reply_bytes,
        call.trace_parent,
    )
