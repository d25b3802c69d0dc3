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

from ..errors import Malformed
from ..messages import Reply
from .doors import UNKNOWN, Door
from .received import CUSTOM_DOMAIN, Api, Names, Received
from .routes import Route
from .runtime import MAX_PAYLOAD_BYTES, Outcome
from .runtime_api import Invocation


class Served(NamedTuple):
    """A reply; the outcome of its invocation, if there was one; and why it is not the function's own."""

    reply: Reply
    outcome: Outcome | None = None
    reason: str = ""


class Invoker(Protocol):
    """What runs invocations: a pool of runtimes."""

    def submit(self, invocation: Invocation) -> Future[Outcome]: ...


@dataclass(frozen=True)
class Exchange:
    """One door, the API behind it, and the function; if `is_strict`, what the door would lose is malformed too."""

    door: Door
    spec: Mapping[str, Any]
    names: Names
    function: Invoker
    is_timed: bool = True
    api: Api = CUSTOM_DOMAIN
    is_strict: bool = False

    def serve(self, request: Received) -> Served:
        """Find the way of a request to the function and return what the caller gets."""
        route = self.door.route(request, self.spec)
        if route is None:
            return Served(UNKNOWN, reason="openapi.json has no such path and method")
        return self.forward(request, route)

    def forward(self, request: Received, route: Route) -> Served:
        """Send a request to the function and return what the caller gets."""
        event = json.dumps(self.door.to_native(request, route, self.names, self.api)).encode()
        if len(event) > MAX_PAYLOAD_BYTES:
            limit_mb = MAX_PAYLOAD_BYTES // 2**20
            return Served(self.door.too_large, reason=f"an event of {len(event)} bytes: Lambda takes {limit_mb} MB")
        future = self.function.submit(Invocation(event, request.request_id, request.trace_id))
        try:
            outcome = future.result(self.door.limit_s if self.is_timed else None)
        except TimeoutError:
            return Served(self.door.timed_out, reason=f"no result in {self.door.limit_s:g} s; the function goes on")
        return self._served(outcome)

    def _served(self, outcome: Outcome) -> Served:
        if outcome.failed:
            error = json.loads(outcome.payload)
            return Served(self.door.failed, outcome, f"{error.get('errorType')}: {error.get('errorMessage')}")
        try:
            return Served(self.door.from_native(outcome.payload, is_strict=self.is_strict), outcome)
        except Malformed as error:
            return Served(self.door.failed, outcome, f"malformed reply: {error}")


def new_ids() -> tuple[str, str]:
    """Return a new request id and trace id, as AWS forms them."""
    return str(uuid4()), f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Sampled=0"
