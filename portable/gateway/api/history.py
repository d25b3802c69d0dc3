"""The calls that are kept, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from threading import Event
from typing import Any

from flask import Response, request

from ...stack.errors import GatewayError, NotFound, Refused
from ...stack.messages import FunctionName, LogMessage, LogQuery
from ..history.models import CallQuery, KeptCall
from ..history.service import History
from ..logs.line import moment_of, ns_of
from .bodies import MAX_LIMIT, json_reply, read_function, read_limit
from .logs import ReadLogs, read_time

CALL_ID = re.compile("[!-~]{1,128}")
"""What the proxy takes for an id (calls/headers.py)."""
MAX_LINES = 1000
MARGIN = timedelta(seconds=1)
"""A line may have been written a little before the gateway's own clock says that the call began."""
_STATUS = re.compile("([1-5])([0-9]{2}|xx)")


class CallRoutes:
    """The views of /system/calls."""

    def __init__(self, history: History, read_logs: ReadLogs) -> None:
        self._history = history
        self._read_logs = read_logs

    def list(self) -> Response:
        """Answer the newest calls that the query wants."""
        return json_reply({"calls": [call.to_wire() for call in self._history.calls(read_query())]})

    def describe(self, call_id: str) -> Response:
        """Answer every call that is kept with an id, and the lines of their functions that hold it."""
        return json_reply(self.find(call_id))

    def find(self, call_id: str) -> dict[str, Any]:
        """Return what `describe` answers, all of it oldest first. Raises NotFound."""
        calls = self._history.calls(CallQuery(call_id=call_id, limit=MAX_LIMIT))[::-1]
        if not calls:
            raise NotFound(f"no call {call_id} is kept: it never ended here, or newer ones have taken its place")
        return {"callId": call_id, "calls": [call.to_wire() for call in calls], **self._lines(calls)}

    def _lines(self, calls: Sequence[KeptCall]) -> dict[str, Any]:
        """Return the lines that hold the id of the calls, oldest first, and why there may be more."""
        found: list[LogMessage] = []
        error = ""
        try:
            for line in self._found(calls):
                if len(found) == MAX_LINES:
                    error = f"there are more than these {MAX_LINES} lines"
                    break
                found.append(line)
        except GatewayError as failure:
            error = str(failure)
        found.sort(key=lambda line: line.timestamp)
        return {"logs": [line.to_wire() for line in found], **({"logsError": error} if error else {})}

    def _found(self, calls: Sequence[KeptCall]) -> Iterator[LogMessage]:
        """Yield the lines that hold the id of the calls, function by function."""
        began_ns: dict[str, int] = {}
        for call in calls:
            began_ns[call.function] = min(call.started_ns, began_ns.get(call.function, call.started_ns))
        for label, since_ns in began_ns.items():
            query = LogQuery(FunctionName.parse(label), since=moment_of(since_ns) - MARGIN)
            yield from (line for line in self._read_logs(query, Event()) if calls[0].call_id in line.text)


def read_query() -> CallQuery:
    """Return what the request's query asks for. Raises Refused."""
    given = request.args.get
    call_id = given("id", "")
    if call_id and not CALL_ID.fullmatch(call_id):
        raise Refused(f"id must be 1 to 128 printable ASCII characters, not {call_id[:80]!r}")
    since = read_time(given("since", ""))
    return CallQuery(
        function=read_function("name"),
        call_id=call_id,
        statuses=_statuses(given("status", "")),
        since_ns=ns_of(since) if since else 0,
        limit=read_limit(),
    )


def _statuses(written: str) -> range:
    if not written:
        return range(1000)
    found = _STATUS.fullmatch(written)
    if not found:
        raise Refused(f"status must be one such as 404 or a class such as 5xx, not {written[:80]!r}")
    hundred = int(found[1]) * 100
    return range(hundred, hundred + 100) if found[2] == "xx" else range(int(written), int(written) + 1)
