"""Hundreds of slow requests in flight: what a health check, the list of functions and a fast function wait for then.

`python -m bench.gateway_slow PORT TARGET COUNT` is the crowd: a process of its own, so that it takes no time of those
that are measured.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from .gateway_calls import Answer, burst, call, failures
from .gateway_places import DOCKER, MINIMUM, over_docker, places
from .gateway_server import ROOT, Gateway
from .report import Aim, percentile, show_table

COUNT, QUICK_COUNT = 500, 100
SLOW_S = 5
AIM_MS = 100
# a container may have 512 threads and processes, and each request in a function's handler has a thread
REPLICAS, THREADS = 2, 300


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the table and return the aims; processes are not measured, for they have 32 threads each."""
    count = QUICK_COUNT if quick else COUNT
    text = f"gateway: {count} slow requests hold up no other for {AIM_MS} ms"
    if DOCKER not in places():
        return [Aim(text, "there is no Docker", met=None)]
    with over_docker({"fast": {}, "slow": {MINIMUM: str(REPLICAS)}}, threads=THREADS) as place:
        gateway = place.gateway
        end_s = time.monotonic() + (2 if quick else SLOW_S)
        alone, _ = _ask(gateway, lambda: time.monotonic() < end_s)
        command = [sys.executable, "-m", "bench.gateway_slow", str(gateway.port), f"/function/slow/slow/{SLOW_S}"]
        with subprocess.Popen([*command, str(count)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as crowd:
            beside, most = _ask(gateway, lambda: crowd.poll() is None)
            said = crowd.stdout.read().strip() if crowd.stdout else ""
    _show(alone, beside, f"{count} requests of {SLOW_S} s, {most} in flight: {said}")
    worst_ms = max(one.took_ms for answers in beside.values() for one in answers)
    failed = sum(len(failures(answers)) for answers in beside.values())
    measured = f"{worst_ms:.0f} ms at worst, {failed} failures, {most} in flight"
    return [Aim(text, measured, worst_ms < AIM_MS and not failed and most == count)]


def _ask(gateway: Gateway, goes_on: Callable[[], bool]) -> tuple[Mapping[str, list[Answer]], int]:
    """Ask one after the other as long as that goes on; return the answers, and how many slow requests were inside."""
    asked: Mapping[str, Callable[[], Answer]] = {
        "/healthz": lambda: call(gateway.port, "/healthz", "GET"),
        "list of functions": lambda: gateway.ask("GET", "/system/functions"),
        "a fast function": lambda: call(gateway.port, "/function/fast"),
    }
    answers: dict[str, list[Answer]] = {name: [] for name in asked}
    most = number = 0
    while goes_on():
        for name, ask in asked.items():
            answers[name].append(ask())
        number += 1
        if number % 50 == 0:
            most = max(most, _in_flight(gateway))
        time.sleep(0.005)  # a client, not a load
    return answers, most


def _in_flight(gateway: Gateway) -> int:
    metrics = call(gateway.port, "/metrics", "GET").body.decode()
    found = re.search(r'gateway_function_invocation_inflight\{function_name="slow\.[^}]*\} ([\d.]+)', metrics)
    return int(float(found[1])) if found else 0


def _show(alone: Mapping[str, list[Answer]], beside: Mapping[str, list[Answer]], title: str) -> None:
    heads = ("alone p50", "p99", "worst ms", "beside them p50", "p99", "worst ms", "requests")
    rows = {
        name: (*_latencies(alone[name]), *_latencies(answers), str(len(answers))) for name, answers in beside.items()
    }
    show_table(f"Gateway: {title}", heads, rows)


def _latencies(answers: list[Answer]) -> list[str]:
    return [f"{percentile([one.took_ms for one in answers], share):.1f}" for share in (0.5, 0.99, 1)]


def _crowd(port: str, target: str, count: str) -> None:
    answers = burst(int(port), target, int(count))
    well = len(answers) - len(failures(answers))
    print(f"{well} answered 200, the last after {max(one.took_ms for one in answers) / 1000:.1f} s")


if __name__ == "__main__":
    _crowd(*sys.argv[1:])
