"""`portable aws COMMAND`: what every command takes, and the exit codes of deploying/errors.py."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import click

from ..deploying.arguments import Arguments, config_option, function_option, output_options, stack_option
from ..deploying.cli import Commands, command_of, ended
from ..deploying.looks import wants_color
from ..deploying.world import World
from .commands import COMMANDS


def _complete_stages(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Return the stages that the settings file has a table of, and the usual one."""
    path: Path = ctx.params.get("config") or Path("deploy.toml")
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("stages", {})
    except (OSError, ValueError):
        found = {}
    return [name for name in {"dev": {}, **found} if name.startswith(incomplete)]


_COMMON = (
    click.option(
        "--stage", metavar="NAME", shell_complete=_complete_stages, help="dev, prod ... (APP_STAGE; default dev)."
    ),
    click.option("--region", metavar="REGION", help="AWS region (AWS_REGION; deploy.toml)."),
    click.option("--profile", metavar="NAME", help="Profile of the AWS credentials (AWS_PROFILE; deploy.toml)."),
    config_option,
    function_option,
    stack_option,
    click.option(
        "--timeout",
        type=click.FloatRange(0, 86_400, min_open=True, max_open=True),
        default=90.0,
        show_default=True,
        metavar="S",
        help="Seconds to go on trying one call.",
    ),
    click.option("--no-color", is_flag=True, help="No colors (NO_COLOR)."),
    *output_options("more"),
)


def load(name: str) -> click.Command:
    """Return the command of a name."""
    return command_of(COMMANDS[name], _COMMON, _run)


def _run(run: Callable[..., int], arguments: Arguments, given: World) -> int:
    from . import failures
    from .console import Console
    from .world import World as AwsWorld

    world = given if isinstance(given, AwsWorld) else AwsWorld(**vars(given))
    color = wants_color(world) and not arguments.no_color
    console = Console(world, json=arguments.json, quiet=arguments.quiet, verbose=arguments.verbose, color=color)
    return ended(lambda: run(arguments, world, console), console, failures.explained)


command = Commands(
    "aws",
    COMMANDS,
    load,
    help="Ship a function to AWS Lambda: see what would change, change it, and go back.",
    epilog="Exit codes: 0 done or nothing to do, 1 AWS or the function failed, 2 usage or settings, "
    "3 changes wait (plan --exit-code), 4 unhealthy and taken back, 5 refused.",
)
