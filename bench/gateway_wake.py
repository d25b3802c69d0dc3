"""How long the first request to a function that rests takes: one that is paused, and one that is stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from .gateway_calls import CELLS, Answer, burst, call, cells, failures, until
from .gateway_places import Labels, Place, places
from .report import Aim, percentile, show_table

RESTING: Labels = {
    "com.openfaas.scale.zero": "true",
    "com.openfaas.scale.zero-duration": "1s",
    "com.openfaas.scale.stop-duration": "1h",
}
NAMES = ("fn-0", "fn-1", "fn-2", "fn-3", "fn-4", "fn-5")
PAUSED_ROUNDS, STOPPED_ROUNDS = 4, 2
WAITING = 100
PAUSED_AIM_MS, STOPPED_AIM_MS = 50, 600


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the table and return the aims."""
    rows: dict[str, Sequence[str]] = {}
    aims: list[Aim] = []
    for title, place in places().items():
        with place(dict.fromkeys(NAMES, RESTING)) as found:
            measured = _measure(found, 1 if quick else PAUSED_ROUNDS, 1 if quick else STOPPED_ROUNDS)
        rows |= {f"{title}: {what}": cells(answers) for what, answers in measured.items()}
        aims += _aims(title, measured)
    show_table("Gateway: requests to a function that is awake, paused or stopped", CELLS, rows)
    return aims


AWAKE, PAUSED, STOPPED = "awake", "paused, one at a time", "stopped, one at a time"
MANY_PAUSED, MANY_STOPPED = f"paused, {WAITING} at once", f"stopped, {WAITING} at once"


def _measure(place: Place, paused_rounds: int, stopped_rounds: int) -> Mapping[str, list[Answer]]:
    port = place.gateway.port
    awake = [call(port, f"/function/{name}") for name in NAMES for _ in range(5)]
    paused: list[Answer] = []
    for _ in range(paused_rounds):
        _pause(place)
        paused += [call(port, f"/function/{name}") for name in NAMES]
    _pause(place)
    many_paused = burst(port, f"/function/{NAMES[0]}", WAITING)
    stopped: list[Answer] = []
    for _ in range(stopped_rounds):
        _stop(place)
        stopped += [call(port, f"/function/{name}") for name in NAMES]
    _stop(place)
    many_stopped = burst(port, f"/function/{NAMES[0]}", WAITING)
    return {AWAKE: awake, PAUSED: paused, STOPPED: stopped, MANY_PAUSED: many_paused, MANY_STOPPED: many_stopped}


def _pause(place: Place) -> None:
    """Wait until every function is paused."""
    until(lambda: all(place.gateway.counts(name) == (0, 0) for name in NAMES), "pause")


def _stop(place: Place) -> None:
    """Stop every function, as a scale to zero does."""
    with ThreadPoolExecutor(len(NAMES)) as pool:
        list(pool.map(lambda name: place.gateway.scale(name, 0), NAMES))


def _aims(title: str, measured: Mapping[str, list[Answer]]) -> list[Aim]:
    aims = []
    for state, what, limit_ms in (("paused", PAUSED, PAUSED_AIM_MS), ("stopped", STOPPED, STOPPED_AIM_MS)):
        p50_ms = percentile([one.took_ms for one in measured[what]], 0.5)
        text = f"gateway, {title}: first request to a {state} function, p50 under {limit_ms} ms"
        aims.append(Aim(text, f"{p50_ms:.0f} ms", p50_ms < limit_ms))
    many = [*measured[MANY_PAUSED], *measured[MANY_STOPPED]]
    well = len(many) - len(failures(many))
    text = f"gateway, {title}: {WAITING} concurrent first requests all answered 200, paused and stopped"
    return [*aims, Aim(text, f"{well} of {len(many)}", well == len(many))]
