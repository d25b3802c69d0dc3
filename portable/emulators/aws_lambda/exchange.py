"""A front door at work: a request in, the reply out, and what there is to say about it."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from uuid import uuid4

from .doors import UNKNOWN, Door
from .events import Names, Request
from .replies import MalformedReply, Reply
from .runtime import MAX_PAYLOAD_BYTES, Outcome
from .runtime_api import Invocation


class Answer(NamedTuple):
    """A reply; the invocation that it is of, if there was one; and why it is not the function's own."""

    reply: Reply
    outcome: Outcome | None = None
    reason: str = ""


class Invoker(Protocol):
    """What runs invocations: a pool of runtimes."""

    def submit(self, invocation: Invocation) -> Future[Outcome]: ...


@dataclass(frozen=True)
class Exchange:
    """One door, the API behind it, and the function."""

    door: Door
    spec: Mapping[str, Any]
    names: Names
    function: Invoker
    is_timed: bool = True

    def answer(self, request: Request) -> Answer:
        """Send a request to the function and return what the caller gets."""
        route = self.door.route(request, self.spec)
        if route is None:
            return Answer(UNKNOWN, reason="function/openapi.json has no such path and method")
        event = json.dumps(self.door.to_event(request, route, self.names)).encode()
        if len(event) > MAX_PAYLOAD_BYTES:
            return Answer(
                self.door.too_large,
                reason=f"an event of {len(event)} bytes: Lambda takes {MAX_PAYLOAD_BYTES // 2**20} MB",
            )
        future = self.function.submit(Invocation(event, request.request_id, request.trace_id))
        try:
            outcome = future.result(self.door.limit_s if self.is_timed else None)
        except TimeoutError:
            return Answer(self.door.timed_out, reason=f"no result in {self.door.limit_s:g} s; the function goes on")
        return self._reply(outcome)

    def _reply(self, outcome: Outcome) -> Answer:
        if outcome.failed:
            error = json.loads(outcome.payload)
            return Answer(self.door.failed, outcome, f"{error.get('errorType')}: {error.get('errorMessage')}")
        try:
            return Answer(self.door.to_reply(outcome.payload), outcome)
        except MalformedReply as error:
            return Answer(self.door.failed, outcome, f"malformed reply: {error}")


def new_ids() -> tuple[str, str]:
    """Return a new request id and trace id, as AWS forms them."""
    return str(uuid4()), f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Sampled=0"
