"""The benches of the gateway, each by the name it is run by; `python -m bench gateway` runs all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import gateway_changes, gateway_kill, gateway_memory, gateway_slow, gateway_throughput, gateway_wake
from .report import Aim

PARTS: Mapping[str, Callable[..., list[Aim]]] = {
    "gateway-throughput": gateway_throughput.run,
    "gateway-wake": gateway_wake.run,
    "gateway-kill": gateway_kill.run,
    "gateway-slow": gateway_slow.run,
    "gateway-memory": gateway_memory.run,
    "gateway-changes": gateway_changes.run,
}
