"""Asynchronous calls beside synchronous ones of the same function: how many are accepted, and how many come to an end.

Each one is written to the disk three times before its result can be read; commits are shared by all that wait.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import NamedTuple

from .gateway_calls import until
from .gateway_places import Place, places
from .gateway_throughput import HERE
from .report import Aim, show_table, take_turns

FUNCTION = "fn"
CONNECTIONS = 16
ROUNDS = 5
SYNC, ASYNC = "sync", "async"


class Measured(NamedTuple):
    """What a second of requests came to; `ended` is as many a second as came to their end, their beginning included."""

    answered: float
    p50_ms: float
    ended: float


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the table and return the aims; without wrk nothing is measured."""
    if shutil.which("wrk") is None:
        print("\nGateway: asynchronous calls not measured, there is no wrk on PATH (apt-get install wrk)")
        return [Aim("gateway: asynchronous calls", "there is no wrk on PATH", met=None)]
    rows: dict[str, Sequence[str]] = {}
    aims: list[Aim] = []
    for title, place in places().items():
        with place({FUNCTION: {}}) as found:
            _measure(found, SYNC)
            samples = take_turns((SYNC, ASYNC), partial(_measure, found), rounds or ROUNDS)
        accepted = _ratio(samples[ASYNC], samples[SYNC], "answered")
        ended = _ratio(samples[ASYNC], samples[SYNC], "ended")
        rows[title] = (*_cells(samples[SYNC], samples[ASYNC]), f"{accepted:.2f}x", f"{ended:.2f}x")
        aims += [
            Aim(f"gateway, {title}: accepts at least 0.5x of the sync rate", f"{accepted:.2f}x", accepted >= 0.5),
            Aim(f"gateway, {title}: ends at least 0.1x of the sync rate", f"{ended:.2f}x", ended >= 0.1),
        ]
    heads = ("sync/s", "p50 ms", "accepted/s", "p50 ms", "ended/s", "accepted", "ended")
    show_table(f"Gateway: asynchronous calls, {CONNECTIONS} connections, 4 run at a time", heads, rows)
    return aims


def _measure(place: Place, way: str) -> Measured:
    """Have wrk call for a second, and wait until nothing is open."""
    prefix = "function" if way == SYNC else "async-function"
    url = f"http://127.0.0.1:{place.gateway.port}/{prefix}/{FUNCTION}"
    lua = str(HERE / "percentiles.lua")
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", "-d1s", "-s", lua, url, "--", "POST"]
    began_s = time.monotonic()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"figures (\d+) (\d+) (\d+) (\d+) (\d+)", output)
    if found is None or int(found[5]):
        raise RuntimeError(f"{' '.join(command)} had errors:\n{output}")
    count, duration_us, p50_us = (int(figure) for figure in found.groups()[:3])
    per_second = 1e6 * count / duration_us
    if way == SYNC:
        return Measured(per_second, p50_us / 1000, per_second)
    until(lambda: place.gateway.open_calls() == 0, "end of every asynchronous call")
    return Measured(per_second, p50_us / 1000, count / (time.monotonic() - began_s))


def _ratio(samples: Sequence[Measured], to: Sequence[Measured], figure: str) -> float:
    """Return the median, over the rounds, of one figure divided by the other of the same round."""
    pairs = zip(_figures(samples, figure), _figures(to, figure), strict=True)
    return median(one / other for one, other in pairs)


def _figures(samples: Sequence[Measured], name: str) -> list[float]:
    return [float(getattr(one, name)) for one in samples]


def _cells(sync: Sequence[Measured], asynchronous: Sequence[Measured]) -> Sequence[str]:
    figures = (
        (sync, "answered", ",.0f"),
        (sync, "p50_ms", ".2f"),
        (asynchronous, "answered", ",.0f"),
        (asynchronous, "p50_ms", ".2f"),
        (asynchronous, "ended", ",.0f"),
    )
    return [format(median(_figures(samples, name)), how) for samples, name, how in figures]
