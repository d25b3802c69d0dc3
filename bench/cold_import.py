"""Milliseconds that importing the handler takes in a fresh interpreter: what a cold start pays for the adapter."""

from __future__ import annotations

from .contestants import FLOOR, LAMBDA, OURS, PEERS, run_child
from .report import Aim, gather

VARIANTS = {"": "bare", "awslambdaric.bootstrap": "with the modules that Lambda's runtime has loaded already"}


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print both tables and return the aims."""
    aims = []
    for loaded, title in VARIANTS.items():
        for module in LAMBDA.values():
            run_child(module, "import", loaded)  # writes the .pyc files

        def measure(name: str, loaded: str = loaded) -> float:
            return run_child(LAMBDA[name], "import", loaded) * 1e3

        figures = gather(LAMBDA, measure, rounds or 21)
        figures.show(f"Cold import: milliseconds, {title}", "ms", FLOOR, OURS)
        fastest = min(PEERS, key=figures.median)
        lead = figures.ratio(fastest, OURS)
        aims.append(Aim(f"Cold import, {title}: faster than every peer", f"{fastest} takes {lead:.2f}x ours", lead > 1))
    return aims
