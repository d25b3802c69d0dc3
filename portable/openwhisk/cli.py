"""`python -m portable openwhisk COMMAND`: the arguments, and the exit codes of deploying/errors.py."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ..deploying import cli
from ..deploying.arguments import add_output
from ..deploying.errors import explained
from ..deploying.world import World
from . import settings
from .commands import COMMANDS
from .console import Console


def main(arguments: Sequence[str], world: World | None = None) -> int:
    """Run one command; return its exit code."""
    world = world or World()
    parser = _parser()
    _check_place_of_command(parser, arguments)
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        # what stands behind an = may be the value of a variable
        parser.error(f"unrecognized arguments: {' '.join(one.partition('=')[0] for one in unknown)}")
    console = Console(world, json=options.json, quiet=options.quiet, verbose=options.verbose)
    return cli.run(options, world, console, explained)


def _check_place_of_command(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """End with 2 unless a command stands first. What stands before it may be the key: it is not repeated."""
    if not arguments or arguments[0] in COMMANDS:
        return
    if not arguments[0].startswith("-"):
        parser.error(f"there is no command {arguments[0]!r}; there are: {', '.join(COMMANDS)}")
    if commands := [one for one in arguments if one in COMMANDS]:
        parser.error(f"the command stands first: {parser.prog} {commands[0]} ...")


class _Parser(argparse.ArgumentParser):
    """A parser whose errors do not show a key that stands behind a misspelled option."""

    def error(self, message: str) -> NoReturn:
        """Print usage and message; exit with 2."""
        super().error(re.sub(r"[0-9A-Za-z-]{16,}:\S+", "***", message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m portable openwhisk",
        description="Ship function/ to Apache OpenWhisk as a raw-http web action.",
        epilog="exit codes: 0 done or nothing to do, 1 OpenWhisk or the function failed, 2 usage or settings, "
        "5 refused",
    )
    cli.add_commands(parser, COMMANDS, _add_common)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    common = parser.add_argument_group("common")
    common.add_argument("--name", help="the action's name, in place of the function's")
    common.add_argument("--package", metavar="PKG", help="the package that it is in (deploy.toml; default none)")
    common.add_argument("--function", metavar="NAME", help="its name in stack.yml, or its folder")
    common.add_argument("--stack", type=Path, default=Path("stack.yml"), metavar="FILE", help="default stack.yml")
    common.add_argument("--config", type=Path, metavar="FILE", help="settings file (APP_CONFIG; default deploy.toml)")
    add_output(common, more="every request")
    settings.add_arguments(parser)
