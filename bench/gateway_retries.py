"""The attempts of asynchronous calls that fail: when the function saw each, beside when its annotations say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from .gateway_calls import call, until
from .gateway_places import Labels, over_processes
from .gateway_server import Gateway, GatewayError
from .report import Aim, show_table

CALLS = 8
LATE_MS = 250


class Schedule(NamedTuple):
    """A way to fail, and the least and the most that each next attempt should wait."""

    annotations: Labels
    path: str
    waits_s: Sequence[tuple[float, float]]


def _retries(attempts: int, min_wait: str, max_wait: str) -> Labels:
    written = {"attempts": str(attempts), "min_wait": min_wait, "max_wait": max_wait, "codes": "429,500,503"}
    retries = {f"com.openfaas.retry.{name}": value for name, value in written.items()}
    return {**retries, "com.openfaas.async.concurrency": str(CALLS)}


def _exactly(*waits_s: float) -> Sequence[tuple[float, float]]:
    return [(one, one) for one in waits_s]


JITTERED = _retries(5, "100ms", "1s")
SCHEDULES: Mapping[str, Mapping[str, Schedule]] = {
    "exponential": {
        "doubles": Schedule(_retries(5, "200ms", "120s"), "/fail/503", _exactly(0.2, 0.4, 0.8, 1.6)),
        "doubles-to-the-longest": Schedule(_retries(5, "500ms", "1s"), "/fail/500", _exactly(0.5, 1, 1, 1)),
        "retry-after": Schedule(_retries(3, "100ms", "120s"), "/fail/503/2", _exactly(2, 2)),
        "retry-after-below-the-shortest": Schedule(_retries(3, "1500ms", "120s"), "/fail/429/1", _exactly(1.5, 1.5)),
        "status-that-asks-for-none": Schedule(_retries(5, "100ms", "120s"), "/fail/404", ()),
    },
    "full": {"full-jitter": Schedule(JITTERED, "/fail/500", [(0.1, 0.1), (0.1, 0.2), (0.1, 0.4), (0.1, 0.8)])},
    "equal": {"equal-jitter": Schedule(JITTERED, "/fail/500", [(0.1, 0.1), (0.1, 0.2), (0.2, 0.4), (0.4, 0.8)])},
}
"""What `--async-backoff` is, and the functions that are called then."""


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the table and return the aims."""
    seen_s = {name: one for backoff in SCHEDULES for name, one in _seen(backoff).items()}
    schedules = {name: one for functions in SCHEDULES.values() for name, one in functions.items()}
    rows = {name: (_spans(one.waits_s), _spans(_extremes(seen_s[name]))) for name, one in schedules.items()}
    title = f"Gateway: waits between the attempts of {CALLS} asynchronous calls, in s, as the function saw them"
    show_table(title, ("said", "seen"), rows)
    is_right = all(
        len(seen_s[name]) == CALLS and all(len(waits_s) == len(one.waits_s) for waits_s in seen_s[name])
        for name, one in schedules.items()
    )
    apart_ms = [
        (1000 * (seen - least), 1000 * (seen - most))
        for name, one in schedules.items()
        for waits_s in seen_s[name]
        for seen, (least, most) in zip(waits_s, one.waits_s, strict=False)
    ]
    early = sum(after_least_ms < 0 for after_least_ms, _ in apart_ms)
    late_ms = max(after_most_ms for _, after_most_ms in apart_ms)
    return [
        Aim("gateway: as many attempts as the annotations say", "as many" if is_right else "others", is_right),
        Aim("gateway: no attempt before its time", f"{early} of {len(apart_ms)}", early == 0),
        Aim(f"gateway: each attempt within {LATE_MS} ms of its time", f"{late_ms:.0f} ms at most", late_ms < LATE_MS),
    ]


def _seen(backoff: str) -> dict[str, list[Sequence[float]]]:
    """Return the waits between the attempts of each call, by function."""
    functions = SCHEDULES[backoff]
    labels = {name: one.annotations for name, one in functions.items()}
    with over_processes(labels, flags=("--async-backoff", backoff)) as place:
        for name, one in functions.items():
            for _ in range(CALLS):
                _accept(place.gateway, name, one)
        until(lambda: place.gateway.open_calls() == 0, "end of every asynchronous call")
        return {name: [_waits_s(at_s) for at_s in place.runs(name).values()] for name in functions}


def _accept(gateway: Gateway, name: str, schedule: Schedule) -> None:
    answer = call(gateway.port, f"/async-function/{name}{schedule.path}")
    if answer.status != 202:
        raise GatewayError(f"{name}: {answer.status} {answer.body.decode(errors='replace')}")


def _waits_s(moments_s: Sequence[float]) -> Sequence[float]:
    return [after_s - before_s for before_s, after_s in pairwise(moments_s)]


def _extremes(calls: Sequence[Sequence[float]]) -> Iterator[tuple[float, float]]:
    """Yield the shortest and the longest of each wait, over the calls."""
    return ((min(waits_s), max(waits_s)) for waits_s in zip(*calls, strict=False))


def _spans(waits_s: Iterable[tuple[float, float]]) -> str:
    written = [f"{least:.3f}" if least == most else f"{least:.3f}-{most:.3f}" for least, most in waits_s]
    return "  ".join(written) or "none"
