"""`portable replay`: replay recorded calls through the shims."""

from __future__ import annotations

from pathlib import Path

import click

from ..deploying.arguments import function_option, json_option, stack_option
from ..deploying.world import World
from .platforms import platforms_option


@click.command("replay")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@platforms_option("Where to replay it [everywhere]")
@function_option
@stack_option
@json_option
@click.pass_obj
def command(
    world: World,
    files: tuple[str, ...],
    platforms: tuple[str, ...],
    function: str | None,
    stack: Path,
    *,
    json: bool,
) -> int:
    """Replay recorded calls, such as calls/call.json, through the shims.

    Ends with 1 if an answer is not the one that its file expects, or is a 5xx where the file expects nothing.
    """
    from ..project.functions import folder_of
    from ..replay.commands import replay

    return replay(files, platforms, folder_of(function, stack, world.environ), world, as_json=json)
