"""Greet whom it is told.

This is no help.
"""

from __future__ import annotations

import click

from portable.deploying.arguments import Arguments
from portable.deploying.console import Console
from portable.deploying.world import World

OPTIONS = (click.argument("whom"),)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Greet."""
    console.say(f"hello {arguments.whom}" + "!" * arguments.loud)
    return 7
