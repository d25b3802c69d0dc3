"""What the gateway costs a call: the same upstream called directly and through it, as wrk measures them in turns.

A bare granian upstream takes the function's own cost out; the sample function, as a process and as a container, is
what users have.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from .gateway_places import QUIET, SAMPLE, Place, places
from .gateway_server import ROOT
from .report import Aim, show_table, take_turns
from .servers import answers, free_port, running

HERE = Path(__file__).parent
MANY, ONE = 16, 1
DIRECT, THROUGH = "direct", "through the gateway"
BARE = "bare granian upstream"
ROUNDS = 5


class Route(NamedTuple):
    """How wrk reaches an upstream: the method, and the URL of itself and of the same through the gateway."""

    method: str
    direct: str
    through: str


class Trial(NamedTuple):
    """What takes its turn: so many connections, directly or through the gateway."""

    connections: int
    way: str


class Measured(NamedTuple):
    """What wrk measured in one round."""

    per_second: float
    p50_ms: float
    p99_ms: float


class Pair(NamedTuple):
    """An upstream's rounds: directly, and through the gateway in the same order."""

    direct: Sequence[Measured]
    through: Sequence[Measured]

    def compared(self, compare: Callable[[Measured, Measured], float]) -> float:
        """Return the median, over the rounds, of what `compare` makes of the direct and the other of one round."""
        return median(compare(*both) for both in zip(self.direct, self.through, strict=True))

    @property
    def throughput(self) -> float:
        return self.compared(lambda direct, through: through.per_second / direct.per_second)

    @property
    def spread(self) -> float:
        return self.compared(lambda _, through: through.p99_ms / through.p50_ms)

    @property
    def added_ms(self) -> float:
        return self.compared(lambda direct, through: through.p50_ms - direct.p50_ms)


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the tables and return the aims; without wrk nothing is measured."""
    if shutil.which("wrk") is None:
        print("\nGateway: throughput not measured, there is no wrk on PATH (apt-get install wrk)")
        return [Aim("gateway: throughput and latency", "there is no wrk on PATH", met=None)]
    measured = {}
    with _bare() as route:
        measured[BARE] = _take_turns(route, rounds or ROUNDS)
    for name, place in places().items():  # one after the other: what is idle takes time as well
        with place({"meditations": {}}, SAMPLE) as found:
            measured[f"the sample function, {name}"] = _take_turns(_route_to(found), rounds or ROUNDS)
    many, one = ({name: pairs[count] for name, pairs in measured.items()} for count in (MANY, ONE))
    _show(many, one)
    return _aims(many[BARE], one[BARE])


def _take_turns(route: Route, rounds: int) -> Mapping[int, Pair]:
    """Return what was measured, by the number of connections."""
    trials = [Trial(connections, way) for connections in (MANY, ONE) for way in (DIRECT, THROUGH)]
    for trial in trials:
        measure(trial, route)
    samples = take_turns(trials, lambda trial: measure(trial, route), rounds)
    return {
        connections: Pair(samples[Trial(connections, DIRECT)], samples[Trial(connections, THROUGH)])
        for connections in (MANY, ONE)
    }


def _show(many: Mapping[str, Pair], one: Mapping[str, Pair]) -> None:
    heads = ("direct req/s", "gateway req/s", "ratio", "direct p50", "p99 ms", "gateway p50", "p99 ms", "p99/p50")
    rows: dict[str, Sequence[str]] = {
        name: (
            f"{_median(pair.direct).per_second:,.0f}",
            f"{_median(pair.through).per_second:,.0f}",
            f"{pair.throughput:.2f}x",
            *_latencies(pair),
            f"{pair.spread:.1f}",
        )
        for name, pair in many.items()
    }
    show_table(f"Gateway: {MANY} connections, wrk on the same machine", heads, rows)
    added = ("direct p50", "p99 ms", "gateway p50", "p99 ms", "added p50 ms")
    latencies = {name: (*_latencies(pair), f"{pair.added_ms:.2f}") for name, pair in one.items()}
    show_table("Gateway: 1 connection", added, latencies)


def _aims(many: Pair, one: Pair) -> list[Aim]:
    least = "gateway: at least 0.33x of the bare upstream's direct throughput, 16 connections"
    return [
        Aim(least, f"{many.throughput:.2f}x", many.throughput >= 0.33),
        Aim("gateway: p99 under 3x p50, 16 connections, bare upstream", f"{many.spread:.1f}x", many.spread < 3),
        Aim("gateway: under 0.5 ms added at p50, 1 connection", f"{one.added_ms:.2f} ms", one.added_ms < 0.5),
    ]


def _median(rounds: Sequence[Measured]) -> Measured:
    return Measured(*(median(figures) for figures in zip(*rounds, strict=True)))


def _latencies(pair: Pair) -> list[str]:
    direct, through = _median(pair.direct), _median(pair.through)
    return [f"{figure:.2f}" for figure in (direct.p50_ms, direct.p99_ms, through.p50_ms, through.p99_ms)]


def _route_to(place: Place) -> Route:
    host, port = place.address("meditations")
    return Route("POST", f"http://{host}:{port}/", f"http://127.0.0.1:{place.gateway.port}/function/meditations")


@contextmanager
def _bare() -> Iterator[Route]:
    """Serve the bare upstream, and the gateway's path of a call in front of it."""
    port = free_port()
    server = [sys.executable, "-m", "granian", "--interface", "rsgi", "--host", "127.0.0.1", "--port", str(port)]
    server += ["--no-ws", "--loop", "uvloop", "--log-level", "warning", "bare_rsgi:app"]
    alone = [sys.executable, "-m", "bench.gateway_alone", str(port)]
    said = re.compile(r"port (\d+)\n")
    with ExitStack() as stack:
        is_up = lambda _: answers(port, lambda status, _: status == 200)  # noqa: E731
        stack.enter_context(running("granian", server, is_up, folder=HERE / "peers", environ=QUIET))
        is_up = lambda child: bool(said.search(child.written()))  # noqa: E731
        gateway = stack.enter_context(running("the gateway", alone, is_up, folder=ROOT, environ=QUIET))
        (through,) = said.findall(gateway.written())
        yield Route("GET", f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{through}/function/up")


def measure(trial: Trial, route: Route) -> Measured:
    """Have wrk measure for a second. Raises RuntimeError if a request failed."""
    url = route.through if trial.way == THROUGH else route.direct
    lua = str(HERE / "percentiles.lua")
    command = ["wrk", "-t1", f"-c{trial.connections}", "-d1s", "-s", lua, url, "--", route.method]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"figures (\d+) (\d+) (\d+) (\d+) (\d+)", output)
    if found is None or int(found[5]):
        raise RuntimeError(f"{' '.join(command)} had errors:\n{output}")
    count, duration_us, p50_us, p99_us = (int(figure) for figure in found.groups()[:4])
    return Measured(1e6 * count / duration_us, p50_us / 1000, p99_us / 1000)
