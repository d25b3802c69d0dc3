"""What awaits signals, run in an ordinary task."""

from __future__ import annotations

import asyncio

import pytest

from portable.gateway.http.tasks import Signal, run

from ..peers import on_loop


class TestRun:
    @on_loop
    async def test_result_is_returned_once_the_signal_fires(self) -> None:
        signal = Signal()

        async def answer() -> str:
            await signal
            return "fired"

        asyncio.get_running_loop().call_soon(signal.fire)

        assert await run(answer()) == "fired"

    @pytest.mark.parametrize("waits", [False, True])
    @on_loop
    async def test_error_is_raised_to_who_awaits(self, *, waits: bool) -> None:
        signal = Signal()

        async def fail() -> None:
            if waits:
                await signal
            raise ConnectionError("gone")

        asyncio.get_running_loop().call_soon(signal.fire)
        with pytest.raises(ConnectionError, match="gone"):
            await run(fail())

    @on_loop
    async def test_time_limit_cancels_what_waits(self) -> None:
        cancelled = asyncio.Event()

        async def wait() -> None:
            try:
                await Signal()
            finally:
                cancelled.set()

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await run(wait())

        assert cancelled.is_set()
