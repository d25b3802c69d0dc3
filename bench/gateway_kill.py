"""A replica killed with SIGKILL under steady requests: how soon another serves, and what is lost meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from .gateway_calls import CELLS, Answer, Load, cells, steady_load, until
from .gateway_places import MINIMUM, Place, places
from .report import Aim, show_table

KILLS = 3
AIM_S = 5.0


class Killed(NamedTuple):
    """What one kill did: seconds until a new replica had answered, and the answers of the load."""

    replaced_s: float
    answers: list[Answer]


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the table and return the aims; every kill is of another function, for one that failed before waits."""
    rows: dict[str, Sequence[str]] = {}
    aims: list[Aim] = []
    kills = range(1 if quick else KILLS)
    for title, place in places().items():
        functions = {f"fn-{replicas}-{number}": {MINIMUM: str(replicas)} for replicas in (1, 2) for number in kills}
        with place(functions) as found:
            for replicas, what in ((1, "its only replica"), (2, "one of two")):
                measured = [_kill(found, f"fn-{replicas}-{number}", replicas) for number in kills]
                rows[f"{title}: {what}"] = _cells(measured)
                slowest_s = max(one.replaced_s for one in measured)
                text = f"gateway, {title}: {what} killed, replaced within {AIM_S:g} s"
                aims.append(Aim(text, f"{slowest_s:.2f} s at most", slowest_s < AIM_S))
    heads = ("kills", "replaced s", "slowest s", *CELLS)
    show_table("Gateway: a replica killed with SIGKILL, 50 requests a second meanwhile", heads, rows)
    return aims


def _kill(place: Place, name: str, replicas: int) -> Killed:
    with steady_load(place.gateway.port, f"/function/{name}") as load:
        before = until(lambda: _who(load) if len(_who(load)) >= replicas else None, f"answers of {replicas} replicas")
        since = len(load.answers)
        killed_s = place.kill(name)
        answer = until(lambda: _newcomer(load, since, before), "answer of another replica")
    return Killed(answer.ended_s - killed_s, load.answers)


def _who(load: Load) -> set[bytes]:
    return {one.body for one in load.answers if one.status == 200}


def _newcomer(load: Load, since: int, before: set[bytes]) -> Answer | None:
    return next((one for one in load.answers[since:] if one.status == 200 and one.body not in before), None)


def _cells(measured: Sequence[Killed]) -> Sequence[str]:
    replaced_s = [one.replaced_s for one in measured]
    load = [answer for one in measured for answer in one.answers]
    return (str(len(measured)), f"{median(replaced_s):.2f}", f"{max(replaced_s):.2f}", *cells(load))
