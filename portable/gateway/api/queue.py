"""Asynchronous calls over HTTP, but for the accepting of them, which is on the loop."""

from __future__ import annotations

from flask import Response, request

from ...stack.errors import Conflict, GatewayError, NotFound, Refused
from ..http.headers import unpack
from ..queue.models import ENDED, State
from ..queue.service import AsyncCalls
from .bodies import json_reply, read_function, read_limit
from .functions import RunOnLoop

_NOT_SENT = frozenset((b"content-length", b"content-security-policy", b"date", b"x-content-type-options"))


class NotKept(GatewayError):
    """A reply was too large to be kept."""

    status = 410


class AsyncRoutes:
    """The views of /async-function/CALL-ID and of /system/async."""

    def __init__(self, calls: AsyncCalls, run: RunOnLoop) -> None:
        self._calls = calls
        self._run = run

    def describe(self, call_id: str) -> Response:
        """Answer everything about a call, its reply with it."""
        return json_reply(self._calls.reader.find(call_id))

    def result(self, call_id: str) -> Response:
        """Answer what the function answered: its status, headers and body."""
        state, reply = self._calls.reader.reply(call_id)
        if state not in ENDED:
            raise Conflict(f"call {call_id} is {state}: it has no result yet")
        if not reply:
            raise NotFound(f"call {call_id} has no result: it is {state}; see /async-function/{call_id}")
        if reply.body is None:
            raise NotKept(
                f"the result of call {call_id} has {reply.size} bytes, more than the gateway keeps: have the function "
                "store it elsewhere and answer where, or start the gateway with a larger --async-max-result"
            )
        answer = Response(reply.body, reply.status)
        answer.headers.clear()
        for name, value in unpack(reply.lines):
            if name.lower() not in _NOT_SENT:
                answer.headers.add(name.decode("latin-1"), value.decode("latin-1"))
        # It is shown under the gateway's own origin, where the browser knows the password: no script of it may run.
        answer.headers["Content-Security-Policy"] = "sandbox"
        return answer

    def cancel(self, call_id: str) -> Response:
        """Cancel a call that waits or runs."""
        self._run(self._calls.cancel(call_id))
        return Response(status=202)

    def replay(self, call_id: str) -> Response:
        """Run a call that has ended again."""
        self._run(self._calls.replay(call_id))
        return Response(status=202)

    def list(self) -> Response:
        """Answer the newest calls without their replies, and how many each function has in each state."""
        function = read_function("function")
        counts = self._calls.reader.counts()
        calls = self._calls.reader.list(function=function, state=read_state(), limit=read_limit())
        return json_reply({"counts": {name: counts[name] for name in counts if function in ("", name)}, "calls": calls})


def read_state() -> State | None:
    """Return the state that the query names. Raises Refused."""
    written = request.args.get("state", "")
    if not written:
        return None
    try:
        return State(written)
    except ValueError:
        raise Refused(f"state must be one of {', '.join(State)}, not {written[:80]!r}") from None
