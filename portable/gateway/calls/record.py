"""The record of one call. Whatever wants to know of calls (metrics, idleness, the history) gets it here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..functions.state import Function

_TRACE_PARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class Call(NamedTuple):
    """A call that ended: answered, failed or given up by its client."""

    function: Function
    call_id: str
    method: str
    status: int
    """What the client was answered; 499 if it left before it was."""
    duration_s: float
    replica: str
    """The replica's name; "" if it reached none."""
    was_cold: bool
    """Whether it had to wait for a replica to be started or woken."""
    started_ns: int = 0
    """When it began, since 1970."""
    request_bytes: int = 0
    """How much of the request's body went to the replica."""
    reply_bytes: int = 0
    """How much of a body the function answered; 0 if the gateway answered in its place."""
    trace_parent: str = ""
    """The request's `traceparent`; "" if it has none that is one."""


Record = Callable[[Call], None]


def trace_parent_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the trace parent among a request's headers, "" if there is none.

    https://www.w3.org/TR/trace-context/#traceparent-header-field-values
    """
    for name, value in headers:
        if name == b"traceparent":
            return value.decode() if _TRACE_PARENT.fullmatch(value) else ""
    return ""
