"""The dashboard with 10,000 calls kept of 50 functions: how long each page takes, beside what the API says of the same.

All of it was called through the gateway before, so its memory is that of a gateway that did the work. Then every page
is shown again while another process makes calls, on the same machine.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import repeat
from multiprocessing import SimpleQueue, get_context
from multiprocessing.synchronize import Event
from statistics import median

from .gateway_calls import CELLS, LIMIT_S, Answer, cells, steady_load, until
from .gateway_memory import memory_mb
from .gateway_places import Labels, over_processes
from .gateway_server import Gateway, GatewayError
from .report import Aim, show_table, take_turns

FUNCTIONS, KEPT, ASYNC = 50, 10_000, 1_000
NAMES = [f"fn-{number}" for number in range(FUNCTIONS)]
DYING = NAMES[3]
ONE_ATTEMPT: Labels = {"com.openfaas.retry.attempts": "1"}
BUSY_PER_S = 300
ROUNDS = 20
LIMIT_MS, LIMIT_MB = 200, 150
CALL = "call-of-the-bench"
PAGES = {
    "/ui/": "/system/functions",
    f"/ui/functions/{NAMES[0]}": f"/system/function/{NAMES[0]}",
    f"/ui/functions/{NAMES[0]}/log": f"/system/logs?name={NAMES[0]}",
    "/ui/calls": "/system/calls",
    f"/ui/calls?name={NAMES[0]}": f"/system/calls?name={NAMES[0]}",
    f"/ui/calls/{CALL}": f"/system/calls/{CALL}",
    "/ui/async": "/system/async",
    "/ui/async?state=dead": "/system/async?state=dead",
    f"/ui/async/{CALL}": f"/async-function/{CALL}",
    "/ui/cron": "/system/cron",
    "/ui/deploy": "/store.json",
}
"""Each page, and the route of the API that tells the same."""


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the tables and return the aims."""
    with over_processes({name: ONE_ATTEMPT if name == DYING else {} for name in NAMES}) as place:
        gateway, turns = place.gateway, rounds or ROUNDS
        memory = {"begun": _memory_mb(gateway)}
        _call_all(gateway)
        memory["called"] = _memory_mb(gateway)
        samples = take_turns([*PAGES, *PAGES.values()], partial(_ask, gateway), turns)
        memory["every page shown"] = _memory_mb(gateway)
        with _busy(gateway.port) as outcome:
            busy = take_turns(PAGES, partial(_ask, gateway), turns)
        memory["shown while called"] = _memory_mb(gateway)
        peak_mb = memory["peak"] = memory_mb(gateway.child.pid, "VmHWM")
    show_table(
        f"Gateway: the dashboard with {KEPT:,} calls of {FUNCTIONS} functions kept, and {ASYNC:,} asynchronous ones",
        ("ms", "worst ms", "busy ms", "worst ms", "KB", "API ms", "ratio"),
        {page: _cells(samples[page], busy[page], samples[route]) for page, route in PAGES.items()},
    )
    show_table(f"Gateway: {BUSY_PER_S} calls a second while it was busy", CELLS, {NAMES[2]: outcome.get()})
    show_table("Gateway: memory of its process", ("MB",), {what: (f"{one:.1f}",) for what, one in memory.items()})
    quiet_ms, busy_ms = (max(_worst_ms(times[page]) for page in PAGES) for times in (samples, busy))
    return [
        Aim(f"gateway: every page of the dashboard in under {LIMIT_MS} ms", f"{quiet_ms:.0f} ms", quiet_ms < LIMIT_MS),
        Aim(f"gateway: the same with {BUSY_PER_S} calls a second", f"{busy_ms:.0f} ms", busy_ms < LIMIT_MS),
        Aim(f"gateway: under {LIMIT_MB} MB of memory meanwhile", f"{peak_mb:.0f} MB at most", peak_mb < LIMIT_MB),
    ]


@contextmanager
def _busy(port: int) -> Iterator[SimpleQueue[Sequence[str]]]:
    """Have another process make calls meanwhile; give where what became of them is after the block, as cells."""
    context = get_context("spawn")
    begun, ending, outcome = context.Event(), context.Event(), context.SimpleQueue()
    load = context.Process(target=_make_calls, args=(port, begun, ending, outcome), daemon=True)
    load.start()
    try:
        begun.wait(LIMIT_S)
        yield outcome
    finally:
        ending.set()
        load.join()


def _make_calls(port: int, begun: Event, ending: Event, outcome: SimpleQueue[Sequence[str]]) -> None:
    with steady_load(port, f"/function/{NAMES[2]}", repeat(1 / BUSY_PER_S)) as load:
        begun.set()
        ending.wait()
    outcome.put(cells(load.answers))


def _memory_mb(gateway: Gateway) -> float:
    return memory_mb(gateway.child.pid, "VmRSS")


def _worst_ms(answers: Sequence[Answer]) -> float:
    return max(one.took_ms for one in answers)


def _cells(pages: Sequence[Answer], busy: Sequence[Answer], routes: Sequence[Answer]) -> tuple[str, ...]:
    ratio = median(page.took_ms / route.took_ms for page, route in zip(pages, routes, strict=True))
    return (
        f"{median(one.took_ms for one in pages):.1f}",
        f"{_worst_ms(pages):.1f}",
        f"{median(one.took_ms for one in busy):.1f}",
        f"{_worst_ms(busy):.1f}",
        f"{len(pages[0].body) / 1000:.0f}",
        f"{median(one.took_ms for one in routes):.1f}",
        f"{ratio:.1f}x",
    )


def _ask(gateway: Gateway, path: str) -> Answer:
    answer = gateway.ask("GET", path)
    if answer.status != 200:
        raise GatewayError(f"GET {path}: {answer.status} {answer.body.decode(errors='replace')[:200]}")
    return answer


def _call_all(gateway: Gateway) -> None:
    """Make every call, each function's turn after the others', and wait for the asynchronous ones to end."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    for number in range(KEPT):
        _call(connection, f"/function/{NAMES[number % FUNCTIONS]}")
    for number in range(ASYNC):
        name = NAMES[number % 4]
        _call(connection, f"/async-function/{name}/fail/500" if name == DYING else f"/async-function/{name}")
    _call(connection, f"/async-function/{NAMES[1]}", {"X-Call-Id": CALL})
    _call(connection, f"/function/{NAMES[1]}", {"X-Call-Id": CALL})
    connection.close()
    until(lambda: gateway.open_calls() == 0, "end of the asynchronous calls")


def _call(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str] | None = None) -> None:
    connection.request("POST", path, b"{}", dict(headers or {}))
    reply = connection.getresponse()
    reply.read()
    if reply.status not in (200, 202):
        raise GatewayError(f"POST {path}: {reply.status}")
