"""A gateway with schedules in the test's own loop: its replicas answer by script, its clock is the test's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portable.gateway.api.cron import states
from portable.gateway.calls.proxy import Proxy
from portable.gateway.calls.record import Call
from portable.gateway.config import Config
from portable.gateway.cron.schedule_file import ScheduleFile
from portable.gateway.cron.scheduler import POLL_S, Cron
from portable.gateway.functions.state import Function, Router
from portable.gateway.server import running
from portable.stack.messages import FunctionDeployment, FunctionName

from ..fake_clock import FakeClock
from ..peers.running import endpoint, hello, no_wake
from ..peers.upstream import Peer, answers
from .test_job import NOON_S

MINUTELY = "* * * * *"


class WallClock(FakeClock):
    """A clock that can be set while its timers go on."""

    set_by_s = 0.0

    def now(self) -> float:
        return super().now() + self.set_by_s


@dataclass
class CronGateway:
    """A gateway that runs."""

    cron: Cron
    clock: WallClock
    router: Router
    port: int = 0
    calls: list[Call] = field(default_factory=list)
    recorded: asyncio.Event = field(default_factory=asyncio.Event)

    def record(self, call: Call) -> None:
        """Keep a call."""
        self.calls.append(call)
        self.recorded.set()

    def add(self, name: str, *ports: int, schedule: str = MINUTELY) -> Function:
        """Have a function with a schedule whose replicas are at these ports; in place of the one that was there."""
        deployment = deployed(name, schedule)
        function = Function(deployment, revision="1", created_at=datetime.now(UTC))
        function.set_endpoints(endpoint(function, port) for port in ports)
        self.router.functions[function.name] = function
        return function

    def update(self, name: str, schedule: str, **annotations: str) -> None:
        """Have another deployment of a function be the one that serves."""
        self.router.functions[FunctionName(name)].set_deployment(deployed(name, schedule, **annotations), "2")

    def remove(self, name: str) -> None:
        """Have a function be gone."""
        del self.router.functions[FunctionName(name)]

    def pass_s(self, seconds: float) -> None:
        """Let time pass, and what is due begin."""
        self.clock.advance(seconds)

    def jump_s(self, seconds: float) -> None:
        """Have the wall clock be another one, as after a sleep of the machine, and the gateway look at it."""
        self.clock.set_by_s += seconds
        self.clock.advance(POLL_S)

    async def called(self, number: int = 1) -> list[Call]:
        """Wait until so many calls have ended, and return them."""
        while len(self.calls) < number:
            self.recorded.clear()
            await self.recorded.wait()
        return self.calls

    async def state(self, name: str = "fn") -> dict[str, Any]:
        """Return how a function's schedule is."""
        return (await self.states())[f"{name}.openfaas-fn"]

    async def states(self) -> Mapping[str, dict[str, Any]]:
        """Return how every schedule is, by function."""
        return {state["function"]: state for state in await states(self.cron)}


def deployed(name: str, schedule: str, **annotations: str) -> FunctionDeployment:
    """Return a deployment with a schedule."""
    annotations = {"topic": "cron-function", "schedule": schedule, **annotations}
    return replace(FunctionDeployment(FunctionName(name), f"local/{name}"), annotations=annotations)


FN = deployed("fn", MINUTELY)


class Held:
    """A script that answers when it is told to, each request when it is its turn."""

    def __init__(self) -> None:
        self.waiting = 0
        self._is_asked = asyncio.Condition()
        self._go = asyncio.Semaphore(0)

    async def __call__(self, peer: Peer) -> None:
        async with self._is_asked:
            self.waiting += 1
            self._is_asked.notify_all()
        await self._go.acquire()
        await answers()(peer)

    async def asked(self, number: int) -> None:
        """Wait until so many requests have come."""
        async with self._is_asked:
            await self._is_asked.wait_for(lambda: self.waiting >= number)

    def release(self, number: int = 1) -> None:
        """Have so many be answered."""
        for _ in range(number):
            self._go.release()


async def ended(it: CronGateway, name: str = "fn") -> dict[str, object]:
    """Return how a schedule is once none of its runs goes on."""
    while (state := await it.state(name))["running"]:
        await asyncio.sleep(0)
    return state


@asynccontextmanager
async def cron_gateway(
    state_dir: Path, *functions: FunctionDeployment, at_s: float = NOON_S, port: int = 0, **settings: Any
) -> AsyncIterator[CronGateway]:
    """Give a gateway that begins with some functions at a port; another one of the same folder goes on from there."""
    config = Config(port=0, state_dir=state_dir, **{"write_timeout_s": 30.0, **settings})
    router, clock, file = Router(), WallClock(at_s), ScheduleFile(state_dir)
    recorder: list[CronGateway] = []
    proxy = Proxy(
        router,
        no_wake,
        record=lambda call: recorder[0].record(call),
        unreachable=lambda function: None,
        upstream_timeout_s=config.upstream_timeout_s,
    )
    await file.load()
    cron = Cron(proxy, file, clock)
    it = CronGateway(cron, clock, router)
    recorder.append(it)
    for deployment in functions:
        it.add(deployment.name.name, *([port] if port else []), schedule=deployment.annotations["schedule"])
    async with running(config, hello, proxy, cron=cron) as it.port:
        yield it
