"""Milliseconds that importing each platform's entry point takes, ours beside the platform's own hello-world.

A platform's runtime has loaded its own modules before it looks the entry point up: those are loaded before the clock
starts. Both modules answer with a meditation; the difference is what a cold start pays for the shim.
"""

from __future__ import annotations

from typing import NamedTuple

from .contestants import HERE, SAMPLE, Module, run_child
from .report import Aim, gather, show_table

_PEERS = HERE / "peers"


class Pair(NamedTuple):
    """A platform's hello-world, our entry point there, and what its runtime has loaded before either."""

    hello: Module
    ours: Module
    loaded: str


PAIRS = {
    "wsgi": Pair(Module("bare_wsgi", _PEERS), Module("platforms.wsgi.shim:application", SAMPLE), "waitress"),
    "openfaas": Pair(Module("flask_app", _PEERS), Module("platforms.openfaas.shim:application", SAMPLE), "waitress"),
    "openwhisk": Pair(
        Module("openwhisk_hello", _PEERS), Module("platforms.openwhisk.shim", SAMPLE), "json,os,sys,traceback"
    ),
    "aws_lambda": Pair(Module("floor", _PEERS), Module("platforms.aws_lambda.shim", SAMPLE), "awslambdaric.bootstrap"),
    "google_cloud": Pair(
        Module("google_hello", _PEERS), Module("platforms.google_cloud.main", SAMPLE), "functions_framework"
    ),
    "azure_functions": Pair(
        Module("azure_hello", _PEERS), Module("platforms.azure_functions.function_app", SAMPLE), "azure.functions"
    ),
}


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the table; nothing was aimed at."""
    contestants = {
        f"{platform} {which}": (module, pair.loaded)
        for platform, pair in PAIRS.items()
        for which, module in (("hello", pair.hello), ("ours", pair.ours))
    }

    def measure(name: str) -> float:
        module, loaded = contestants[name]
        return run_child(module, "import", loaded) * 1e3

    for name in contestants:
        measure(name)  # writes the .pyc files
    figures = gather(contestants, measure, rounds or 21)
    rows = {}
    for platform in PAIRS:
        hello, ours = figures.median(f"{platform} hello"), figures.median(f"{platform} ours")
        rows[platform] = (f"{hello:.1f}", f"{ours:.1f}", f"{ours - hello:+.1f}")
    show_table(
        "Import of the entry point: milliseconds, the runtime's own modules loaded before",
        ("hello-world", "ours", "more"),
        rows,
    )
    return []
