"""A gateway with asynchronous calls in the test's own loop: its replicas answer by script, its clock is the test's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from portable.gateway.calls.proxy import Proxy
from portable.gateway.calls.pump import Clock
from portable.gateway.calls.record import Call
from portable.gateway.config import Config
from portable.gateway.functions.state import Function, Router, Wake
from portable.gateway.queue.schema import open_file
from portable.gateway.queue.service import AsyncCalls
from portable.gateway.server import running
from portable.stack.messages import FunctionDeployment, FunctionName

from ..fake_clock import FakeClock
from ..peers.client import Reply, ask
from ..peers.running import endpoint, hello, no_wake

SOON_S = 0.003


class FakeNames:
    """A resolver that answers what the test says, each time the next."""

    def __init__(self, **addresses: Iterable[str]) -> None:
        self.asked: list[str] = []
        self._addresses = {host.replace("_", "."): list(found) for host, found in addresses.items()}

    async def look_up(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        found = self._addresses.get(host, [host])
        return [found.pop(0) if len(found) > 1 else found[0]]


@dataclass
class AsyncGateway:
    """A gateway that runs."""

    router: Router
    proxy: Proxy
    calls: AsyncCalls
    port: int = 0
    records: list[Call] = field(default_factory=list)

    def add(self, name: str, *ports: int, **fields: Any) -> Function:
        """Have a function whose replicas are at these ports."""
        deployment = replace(FunctionDeployment(FunctionName(name), f"local/{name}"), **fields)
        function = Function(deployment, revision="1", created_at=datetime.now(UTC))
        function.set_endpoints(endpoint(function, port) for port in ports)
        self.router.functions[function.name] = function
        return function

    def remove(self, name: str) -> None:
        """Have a function be gone."""
        function = self.router.functions.pop(FunctionName(name))
        for one in function.endpoints:
            one.close()

    async def post(self, path: str, *lines: str, body: bytes = b"", method: str = "POST") -> Reply:
        """Send an asynchronous call."""
        return await ask(self.port, method, f"/async-function/{path}", *lines, body=body)

    async def accept(self, path: str, *lines: str, body: bytes = b"") -> str:
        """Send an asynchronous call that must be accepted, and return its id."""
        reply = await self.post(path, *lines, body=body)
        assert reply.status == 202, reply
        return reply.header("x-call-id") or ""

    async def find(self, call_id: str) -> dict[str, Any]:
        """Return what is known of a call."""
        return await asyncio.to_thread(self.calls.reader.find, call_id)

    async def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return how many calls are in which state, by function."""
        return await asyncio.to_thread(self.calls.reader.counts)

    async def settle(self) -> None:
        """Return once all that is due by now has begun, and is written down."""
        await asyncio.sleep(0)
        await self.calls.trim()

    async def when(self, call_id: str, is_so: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Return a call once something is so."""
        while not is_so(found := await self.find(call_id)):
            await asyncio.sleep(SOON_S)
        return found

    async def ended(self, call_id: str) -> dict[str, Any]:
        """Return a call once it has ended."""
        return await self.when(call_id, lambda call: call["endedAt"])

    async def called_back(self, call_id: str) -> dict[str, Any]:
        """Return a call's callback once it has ended."""
        found = await self.when(call_id, lambda call: call["callback"]["state"] != "waiting")
        callback: dict[str, Any] = found["callback"]
        return callback


@asynccontextmanager
async def async_gateway(
    state_dir: Path,
    *,
    clock: Clock | None = None,
    names: FakeNames | None = None,
    wake: Wake = no_wake,
    **settings: Any,
) -> AsyncIterator[AsyncGateway]:
    """Give a gateway without functions; another one of the same folder takes over what this one leaves."""
    config = Config(port=0, state_dir=state_dir, **{"write_timeout_s": 30.0, **settings})
    router, records = Router(), list[Call]()
    proxy = Proxy(
        router,
        wake,
        record=records.append,
        unreachable=lambda function: None,
        upstream_timeout_s=config.upstream_timeout_s,
    )
    look_up = (names or FakeNames()).look_up
    calls = AsyncCalls(
        config, proxy, open_file(state_dir), clock=clock or FakeClock(), random=Random(1), look_up=look_up
    )
    try:
        await calls.load()
        async with running(config, hello, proxy, calls) as port:
            yield AsyncGateway(router, proxy, calls, port, records)
    finally:
        await calls.close()
