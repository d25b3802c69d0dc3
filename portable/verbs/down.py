"""`portable down`: remove what `portable up` started, and what was deployed to it."""

from __future__ import annotations

from pathlib import Path

import click

from ..compose.project import ComposeProject
from ..deploying.world import World
from ..project.functions import STACK


@click.command("down")
@click.option("--stack", type=click.Path(path_type=Path), default=STACK, show_default=True, metavar="FILE")
@click.pass_obj
def command(world: World, stack: Path) -> int:
    """Remove what `portable up` started, and the functions that were deployed to its gateway."""
    return ComposeProject.of(stack, world.environ).down()
