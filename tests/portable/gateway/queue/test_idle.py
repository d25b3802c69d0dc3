"""A function that rests when idle: asynchronous calls wake it, and keep it awake, as any others do."""

from __future__ import annotations

from pathlib import Path
from random import Random

from portable.gateway.calls.proxy import Proxy
from portable.gateway.calls.pump import WallClock
from portable.gateway.config import Config
from portable.gateway.providers.base import ReplicaState
from portable.gateway.queue.schema import open_file
from portable.gateway.queue.service import AsyncCalls
from portable.gateway.server import running

from ..fake_provider import FakeProvider
from ..fleet import TO_ZERO, Fleet, on_loop, until
from ..peers.client import ask
from ..peers.running import hello
from .gateways import FakeNames


@on_loop
async def test_function_that_rests_is_woken_and_not_paused_while_its_calls_run(
    tmp_path: Path, provider: FakeProvider
) -> None:
    async with Fleet(provider) as fleet:
        function = await fleet.deploy("fn", "slow", labels=TO_ZERO)
        await until(lambda: fleet.replicas(ReplicaState.PAUSED))
        proxy = Proxy(
            fleet.router,
            fleet.functions.wake,
            record=lambda call: None,
            unreachable=lambda function: None,
            upstream_timeout_s=60.0,
        )
        config = Config(port=0, state_dir=tmp_path)
        calls = AsyncCalls(
            config, proxy, open_file(tmp_path), clock=WallClock(), random=Random(1), look_up=FakeNames().look_up
        )
        async with running(config, hello, proxy, calls) as port:
            assert (await ask(port, "POST", "/async-function/fn")).status == 202
            await until(lambda: function.in_flight and function.endpoints)
            await fleet.deploy("other", "v1", labels=TO_ZERO)
            await until(lambda: len(fleet.replicas(ReplicaState.PAUSED)) == 1)  # the scaler has looked meanwhile
            awake = [one.function.name for one in fleet.replicas(ReplicaState.RUNNING)]
            provider.answering.set()
            await until(lambda: len(fleet.replicas(ReplicaState.PAUSED)) == 2)
        await calls.close()

        assert awake == ["fn"]
        assert function.invocation_count == 1
