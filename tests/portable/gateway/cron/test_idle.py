"""A function that rests when idle: its schedule wakes it, as any other call does."""

from __future__ import annotations

from pathlib import Path

from portable.gateway.calls.proxy import Proxy
from portable.gateway.calls.record import Call
from portable.gateway.config import Config
from portable.gateway.cron.schedule_file import ScheduleFile
from portable.gateway.cron.scheduler import Cron
from portable.gateway.providers.base import ReplicaState
from portable.gateway.server import running

from ..fake_clock import FakeClock
from ..fake_provider import FakeProvider
from ..fleet import TO_ZERO, Fleet, on_loop, until
from ..peers.running import hello
from .gateways import MINUTELY


@on_loop
async def test_function_that_rests_is_woken_by_its_schedule(tmp_path: Path, provider: FakeProvider) -> None:
    calls: list[Call] = []
    clock = FakeClock()
    async with Fleet(provider) as fleet:
        annotations = {"topic": "cron-function", "schedule": MINUTELY}
        await fleet.deploy(labels=TO_ZERO, annotations=annotations)
        await until(lambda: fleet.replicas(ReplicaState.PAUSED))
        proxy = Proxy(
            fleet.router,
            fleet.functions.wake,
            record=calls.append,
            unreachable=lambda function: None,
            upstream_timeout_s=60.0,
        )
        cron = Cron(proxy, ScheduleFile(tmp_path), clock)
        async with running(Config(port=0, state_dir=tmp_path), hello, proxy, cron=cron):
            clock.advance(60.0)
            await until(lambda: calls)

    assert [(call.status, call.was_cold) for call in calls] == [(200, True)]
