"""Steady requests while the function behind them is updated, scaled, paused and woken, adopted and dropped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count

from .gateway_calls import CELLS, EVENLY, Answer, Load, cells, failures, steady_load, until
from .gateway_places import Labels, OverDocker, Place, places
from .report import Aim, show_table

FUNCTIONS: Mapping[str, Labels] = {
    "fn": {},
    "resting": {
        "com.openfaas.scale.zero": "true",
        "com.openfaas.scale.zero-duration": "200ms",
        "com.openfaas.scale.stop-duration": "1h",
    },
}
PAUSES = 4


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the table and return the aims."""
    rows: dict[str, Sequence[str]] = {}
    aims = []
    for title, place in places().items():
        with place(FUNCTIONS) as found:
            measured = {
                "nothing": _during(found, lambda _: time.sleep(2)),
                "two updates": _during(found, lambda load: _update_twice(found, load)),
                "scaled 1 -> 4 -> 1": _during(found, lambda _: _scale(found)),
                f"paused and woken {PAUSES} times": _paused_and_woken(found),
            }
            if isinstance(found, OverDocker):
                measured["containers adopted and dropped"] = _adopt_and_drop(found)
        rows |= {f"{title}: {what}": cells(answers) for what, answers in measured.items()}
        failed = sum(len(failures(answers)) for answers in measured.values())
        total = sum(map(len, measured.values()))
        text = f"gateway, {title}: no request fails while functions change, 50 a second"
        aims.append(Aim(text, f"{failed} of {total}", not failed))
    show_table("Gateway: 50 requests a second to a function, and what happens to it meanwhile", CELLS, rows)
    return aims


def _during(place: Place, act: Callable[[Load], None]) -> list[Answer]:
    with steady_load(place.gateway.port, "/function/fn") as load:
        act(load)
    return load.answers


def _update_twice(place: Place, load: Load) -> None:
    """Update, and wait until only another replica answers."""
    for version in ("2", "3"):
        before = load.answers[-1].body
        place.update("fn", version)
        until(lambda: _none_of(load.answers[-10:], before), "answers of the new version")  # noqa: B023 - waited for
        place.gateway.wait_for("fn", 1)


def _none_of(answers: Sequence[Answer], body: bytes) -> bool:
    return all(one.status == 200 and one.body != body for one in answers)


def _scale(place: Place) -> None:
    for replicas in (4, 1):
        place.gateway.scale("fn", replicas)
        time.sleep(0.5)  # under load so


def _paused_and_woken(place: Place) -> list[Answer]:
    """Let a function rest between bursts: sometimes a little too short for a pause, sometimes long enough."""
    child = place.gateway.child
    pauses = child.written().count("resting.openfaas-fn: paused")
    with steady_load(place.gateway.port, "/function/resting", _bursts()) as load:
        until(lambda: child.written().count("resting.openfaas-fn: paused") >= pauses + PAUSES, f"{PAUSES} pauses")
    return load.answers


def _bursts() -> Iterator[float]:
    """Yield the time between requests: 50 a second for a while, then nothing for 0.2 to 0.6 s."""
    for number in count():
        yield from (next(EVENLY) for _ in range(15))
        yield 0.2 + 0.05 * (number % 9)


def _adopt_and_drop(place: OverDocker) -> list[Answer]:
    """Have containers of the same function come and go, so that there is always one."""
    first = place.run("adopted")
    place.gateway.wait_for("adopted", 1)
    with steady_load(place.gateway.port, "/function/adopted") as load:
        for _ in range(2):
            second = place.run("adopted")
            place.gateway.wait_for("adopted", 2)
            first.stop(timeout=20)
            first.remove()
            place.gateway.wait_for("adopted", 1)
            first = second
    return load.answers
