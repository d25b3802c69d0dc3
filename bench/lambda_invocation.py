"""Microseconds that one HTTP API 2.0 invocation takes, from the decoded event to the reply that Lambda would encode."""

from __future__ import annotations

from .contestants import FLOOR, LAMBDA, OURS, PEERS, run_child
from .report import Aim, gather

MOST_TIMES_THE_FLOOR = 3.5


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the table and return the aims."""
    at_least_s = "0.1" if quick else "0.5"
    figures = gather(LAMBDA, lambda name: run_child(LAMBDA[name], "invoke", at_least_s) * 1e6, rounds or 9)
    figures.show("Lambda: microseconds for one HTTP API 2.0 invocation", "us", FLOOR, OURS)
    fastest = min(PEERS, key=figures.median)
    lead = figures.ratio(fastest, OURS)
    times = figures.ratio(OURS, FLOOR)
    return [
        Aim("Lambda, invocation: faster than every peer", f"{fastest} takes {lead:.2f}x ours", lead > 1),
        Aim(
            f"Lambda, invocation: at most {MOST_TIMES_THE_FLOOR}x the floor",
            f"{times:.2f}x",
            times <= MOST_TIMES_THE_FLOOR,
        ),
    ]
