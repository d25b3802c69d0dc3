"""Where requests go: functions and their endpoints as plain data, used on the event loop alone.

The rest of this room writes it, `calls` reads it. An Endpoint in `Function.endpoints` is ready and takes requests;
one that was taken out gets no new ones, and may still have some in flight.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from ...stack.errors import NotFound
from ...stack.messages import FunctionDeployment, FunctionName
from ...stack.scaling import Probe, ScalePolicy
from ..http.upstream import Upstream
from ..providers.base import Replica


class Endpoint:
    """A replica that requests are sent to."""

    __slots__ = ("_drained", "in_flight", "progress_s", "replica", "upstream")

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.upstream = Upstream(replica.host, replica.port)
        self.in_flight = 0
        self.progress_s = time.monotonic()
        """When a request last ended, or began with no other in flight, on the clock of `time.monotonic`."""
        self._drained: asyncio.Event | None = None

    def acquire(self) -> None:
        """Count a request that begins."""
        if not self.in_flight:
            self.progress_s = time.monotonic()
        self.in_flight += 1

    def release(self) -> None:
        """Count a request that ended."""
        self.in_flight -= 1
        self.progress_s = time.monotonic()
        if not self.in_flight and self._drained:
            self._drained.set()
            self._drained = None

    async def drained(self) -> None:
        """Wait until no request is in flight."""
        while self.in_flight:
            self._drained = self._drained or asyncio.Event()
            await self._drained.wait()

    def close(self) -> None:
        """Close the idle connections."""
        self.upstream.close()


class Function:
    """A function, as requests and the control plane see it."""

    def __init__(self, deployment: FunctionDeployment, *, revision: str, created_at: datetime) -> None:
        self.name = deployment.name
        self.label = str(deployment.name)
        """The name as metrics and logs write it."""
        self.set_deployment(deployment, revision)
        self.created_at = created_at
        self.replicas: dict[str, Replica] = {}
        """Those that serve, and older foreign ones, by id; without those that are being removed."""
        self.incoming: dict[str, Replica] = {}
        """The replicas of an update that are not ready yet, by id."""
        self.incoming_revision = ""
        self.endpoints: list[Endpoint] = []
        self.wanted = 0
        """How many replicas are to run; 0 while it rests."""
        self.waiting = 0
        """Requests that wait for an endpoint."""
        self.available = asyncio.Event()
        """Set while there are endpoints."""
        self.changing = asyncio.Lock()
        """Held while replicas that serve are made, woken, paused or removed: one change at a time."""
        self.rolling = asyncio.Lock()
        """Held while an update makes its replicas, and taken before `changing`, which is taken to move the traffic."""
        self.is_adopted = False
        """Whether the replicas that serve, or did last, are foreign: not made by this gateway."""
        self.gone = asyncio.Event()
        """Set when the function is removed."""
        self.invocation_count = 0
        self.last_used_s = time.monotonic()
        self.troubles: dict[str, str] = {}
        """What is not as it should be, by what it is about: "update", or the id of a replica."""
        self._next = 0

    def set_deployment(self, deployment: FunctionDeployment, revision: str) -> None:
        """Make `deployment` the one that serves; `revision` is "" as long as no replica of it has been ready."""
        self.deployment = deployment
        self.revision = revision
        self.policy = ScalePolicy.from_labels(deployment.labels)
        self.health_probe = Probe.of(deployment, "health")
        self.ready_probe = Probe.of(deployment, "ready")

    @property
    def serving(self) -> list[Replica]:
        """The replicas of the revision that serves, in any state."""
        return [replica for replica in self.replicas.values() if replica.revision == self.revision]

    @property
    def reason(self) -> str:
        """Why it is not as it should be; "" if it is."""
        return "; ".join(self.troubles.values())

    @property
    def in_flight(self) -> int:
        """How many requests it answers now, or lets wait."""
        return self.waiting + sum(endpoint.in_flight for endpoint in self.endpoints)

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        """Send requests to these from now on."""
        self.endpoints = list(endpoints)
        if self.endpoints:
            self.available.set()
        else:
            self.available.clear()

    def take_out(self, replica_id: str) -> Endpoint | None:
        """Send a replica nothing more; return its endpoint, None if it has none."""
        found = next((one for one in self.endpoints if one.replica.id == replica_id), None)
        if found:
            self.set_endpoints(one for one in self.endpoints if one is not found)
        return found

    def pick(self) -> Endpoint | None:
        """Return the endpoint with the fewest requests in flight, in turn among equals; None if there is none."""
        endpoints = self.endpoints
        if len(endpoints) < 2:
            return endpoints[0] if endpoints else None
        self._next += 1
        start = self._next % len(endpoints)
        best = endpoints[start]
        for endpoint in endpoints[start + 1 :] + endpoints[:start]:
            if endpoint.in_flight < best.in_flight:
                best = endpoint
        return best


Wake = Callable[[Function], Awaitable[Endpoint]]
"""Gives an endpoint of a function that has none, once one is ready. Raises GatewayError."""


class Router:
    """Every function, by name."""

    def __init__(self) -> None:
        self.functions: dict[FunctionName, Function] = {}

    def resolve(self, written: str) -> Function:
        """Return the function that `fn` or `fn.namespace` names. Raises NotFound, with the nearest name there is."""
        return self.find(FunctionName.parse(written))

    def find(self, name: FunctionName) -> Function:
        """Return the function of that name. Raises NotFound, with the nearest name there is."""
        try:
            return self.functions[name]
        except KeyError:
            raise NotFound(f"error finding function {name}: {self._hint(name)}") from None

    def _hint(self, name: FunctionName) -> str:
        from difflib import get_close_matches

        close = get_close_matches(name.name[:80], [one.name for one in self.functions], 1)
        return f"it is not deployed; did you mean {close[0]}?" if close else "it is not deployed; see `faas-cli list`"
