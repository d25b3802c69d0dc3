"""What runs when it is due, and what a fault does to it."""

from __future__ import annotations

import asyncio

import pytest

from portable.gateway.calls.lanes import Lanes
from portable.gateway.calls.pump import FAULT_AGAIN_S, Pump

from ..fake_clock import FakeClock
from ..peers import on_loop


@on_loop
async def test_fault_is_logged_and_what_it_hit_is_run_again(caplog: pytest.LogCaptureFixture) -> None:
    clock, ran = FakeClock(), asyncio.Queue[int]()

    async def run(key: str, item: int) -> None:
        ran.put_nowait(item)
        if ran.qsize() == 1:
            raise ZeroDivisionError

    pump = Pump(run, Lanes(lambda key: 1, 1), clock, "numbers")
    pump.start()
    pump.add("a", 7, 0.0)
    while not caplog.records:
        await asyncio.sleep(0)
    clock.advance(FAULT_AGAIN_S)
    while ran.qsize() < 2:
        await asyncio.sleep(0)
    await pump.stop(1.0)

    assert "numbers: number 7 of a failed, and is looked at again" in caplog.text
    assert "ZeroDivisionError" in caplog.text


@on_loop
async def test_wait_over_a_minute_is_looked_at_again_for_the_wall_clock_may_be_set() -> None:
    clock, ran = FakeClock(), asyncio.Event()

    async def run(key: str, item: int) -> None:
        ran.set()

    pump = Pump(run, Lanes(lambda key: 1, 1), clock, "numbers")
    pump.start()
    pump.add("a", 1, clock.now() + 3600)
    clock.advance(59)
    clock.now_s += 3600  # set by hand
    clock.advance(1)

    await ran.wait()
    await pump.stop(1.0)
