"""`portable doctor`: say what is here, what is missing, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import click

from ..deploying.arguments import json_option, stack_option
from ..deploying.world import World


@click.command("doctor")
@stack_option
@json_option
@click.pass_obj
def command(world: World, stack: Path, *, json: bool) -> int:
    """Say what is here and what is missing, for each verb and each function, and what to do about it.

    Ends with 1 if something is missing that every project needs. `portable aws doctor` says what a deploy needs.
    """
    from ..deploying.console import Console
    from ..deploying.finding import tell
    from ..deploying.looks import wants_color
    from .examining import findings

    console = Console(world, json=json, color=wants_color(world))
    return tell(list(findings(stack, world.environ)), console, bad="something is missing: see NO above")
