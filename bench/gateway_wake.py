"""How long the first request to a function that rests takes: one that is paused, and one that is stopped."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from .gateway_calls import CELLS, Answer, burst, call, cells, failures, until
from .gateway_places import Labels, OverDocker, Place, places
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
            by_hand = _start_by_hand(found) if isinstance(found, OverDocker) else []
        rows |= {f"{title}: {what}": cells(answers) for what, answers in measured.items()}
        if by_hand:
            rows[f"{title}: started by hand"] = cells(by_hand)
        aims += _aims(title, measured, by_hand)
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


def _start_by_hand(place: OverDocker) -> list[Answer]:
    """Have the engine start a stopped container of the same image, and call it until it answers: no gateway."""
    container = place.run()
    answers = []
    for _ in NAMES:
        container.kill()
        container.wait()
        began_s = time.monotonic()
        container.start()
        container.reload()
        host = container.attrs["NetworkSettings"]["Networks"][place.network]["IPAddress"]
        answers.append(until(partial(_answer, host), "answer of a container"))
        answers[-1] = replace(answers[-1], began_s=began_s)
    return answers


def _answer(host: str) -> Answer | None:
    answer = call(8080, "/", host=host)
    return answer if answer.status == 200 else None


def _aims(title: str, measured: Mapping[str, list[Answer]], by_hand: Sequence[Answer]) -> list[Aim]:
    aims = []
    for state, what, limit_ms in (("paused", PAUSED, PAUSED_AIM_MS), ("stopped", STOPPED, STOPPED_AIM_MS)):
        p50_ms = _p50_ms(measured[what])
        compared = f", {_p50_ms(by_hand):.0f} ms by hand" if what == STOPPED and by_hand else ""
        text = f"gateway, {title}: first request to a {state} function, p50 under {limit_ms} ms"
        aims.append(Aim(text, f"{p50_ms:.0f} ms{compared}", p50_ms < limit_ms))
    many = [*measured[MANY_PAUSED], *measured[MANY_STOPPED]]
    well = len(many) - len(failures(many))
    text = f"gateway, {title}: {WAITING} concurrent first requests all answered 200, paused and stopped"
    return [*aims, Aim(text, f"{well} of {len(many)}", well == len(many))]


def _p50_ms(answers: Sequence[Answer]) -> float:
    return percentile([one.took_ms for one in answers], 0.5)
