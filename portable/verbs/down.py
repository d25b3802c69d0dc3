"""`portable down`: remove what `portable up` started, and what was deployed to it."""

from __future__ import annotations

from pathlib import Path

import click

from ..compose.project import ComposeProject
from ..deploying.arguments import stack_option
from ..deploying.world import World


@click.command("down")
@stack_option
@click.pass_obj
def command(world: World, stack: Path) -> int:
    """Remove what `portable up` started, and the functions that were deployed to its gateway."""
    return ComposeProject.of(stack, world.environ).down()
