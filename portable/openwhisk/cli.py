"""`portable openwhisk COMMAND`: what every command takes, and the exit codes of deploying/errors.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click

from ..deploying.arguments import Arguments, config_option, function_option, output_options, stack_option
from ..deploying.cli import Commands, command_of, ended
from ..deploying.errors import explained
from ..deploying.world import World
from . import settings
from .commands import COMMANDS

_COMMON = (
    click.option("--name", metavar="NAME", help="The action's name, in place of the function's."),
    click.option("--package", metavar="PKG", help="The package that it is in (deploy.toml; default none)."),
    function_option,
    stack_option,
    config_option,
    *output_options("every request"),
    *settings.OPTIONS,
)


class _Commands(Commands):
    """Commands whose usage errors show neither a key nor a variable's value that stands in a wrong place."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            shown = re.sub(r"[0-9A-Za-z-]{16,}:[^\s')]+|(?<=\w)=[^\s')]+", "***", error.format_message())
            raise click.UsageError(shown, error.ctx) from None


def _load(name: str) -> click.Command:
    return command_of(COMMANDS[name], _COMMON, _run)


def _run(run: Callable[..., int], arguments: Arguments, world: World) -> int:
    from .console import Console

    console = Console(world, json=arguments.json, quiet=arguments.quiet, verbose=arguments.verbose)

    return ended(lambda: run(arguments, world, console), console, explained)


command = _Commands(
    "openwhisk",
    COMMANDS,
    _load,
    help="Ship a function to Apache OpenWhisk as a raw-http web action.",
    epilog="Exit codes: 0 done or nothing to do, 1 OpenWhisk or the function failed, 2 usage or settings, 5 refused.",
)
