"""The benches of the gateway, each by the name it is run by; `python -m bench gateway` runs all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from . import (
    gateway_async,
    gateway_async_kill,
    gateway_changes,
    gateway_dashboard,
    gateway_history,
    gateway_kill,
    gateway_memory,
    gateway_retries,
    gateway_slow,
    gateway_throughput,
    gateway_wake,
)
from .gateway_server import GatewayError
from .report import Aim
from .servers import NotStarted

Run = Callable[..., list[Aim]]
_RUNS: Mapping[str, Run] = {
    "gateway-throughput": gateway_throughput.run,
    "gateway-wake": gateway_wake.run,
    "gateway-kill": gateway_kill.run,
    "gateway-slow": gateway_slow.run,
    "gateway-memory": gateway_memory.run,
    "gateway-changes": gateway_changes.run,
    "gateway-async": gateway_async.run,
    "gateway-async-kill": gateway_async_kill.run,
    "gateway-retries": gateway_retries.run,
    "gateway-history": gateway_history.run,
    "gateway-dashboard": gateway_dashboard.run,
}


def _guarded(name: str, run: Run, *, rounds: int | None, quick: bool) -> list[Aim]:
    """Run one of them; what does not come about, a replica that is never ready, is shown and ends no other."""
    try:
        return run(rounds=rounds, quick=quick)
    except (GatewayError, NotStarted, RuntimeError, TimeoutError) as error:
        print(f"\n{name} BROKE OFF: {error}")
        return [Aim(name, f"broke off: {error}", met=False)]


PARTS: Mapping[str, Run] = {name: partial(_guarded, name, run) for name, run in _RUNS.items()}
