"""`python -m portable aws COMMAND`: the arguments, and the exit codes of deploying/errors.py."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ..deploying import cli
from ..deploying.arguments import add_output, wants_color
from . import failures
from .commands import COMMANDS
from .console import Console
from .world import World


def main(arguments: Sequence[str], world: World | None = None) -> int:
    """Run one command; return its exit code."""
    world = world or World()
    options = _parser().parse_args(arguments)
    console = Console(
        world, json=options.json, quiet=options.quiet, verbose=options.verbose, color=wants_color(options, world)
    )
    return cli.run(options, world, console, failures.explained)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m portable aws",
        description="Ship function/ to AWS Lambda: see what would change, change it, and go back.",
        epilog="exit codes: 0 done or nothing to do, 1 AWS or the function failed, 2 usage or settings, "
        "3 changes wait (plan --exit-code), 4 unhealthy and taken back, 5 refused",
    )
    cli.add_commands(parser, COMMANDS, _add_common)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    common = parser.add_argument_group("common")
    common.add_argument("--stage", help="dev, prod ... (APP_STAGE; default dev)")
    common.add_argument("--region", help="AWS region (AWS_REGION; deploy.toml)")
    common.add_argument("--profile", help="profile of the AWS credentials (AWS_PROFILE; deploy.toml)")
    common.add_argument("--config", type=Path, help="settings file (APP_CONFIG; default deploy.toml)")
    common.add_argument("--function", metavar="NAME", help="its name in stack.yml, or its folder")
    common.add_argument("--stack", type=Path, default=Path("stack.yml"), metavar="FILE", help="default stack.yml")
    common.add_argument("--timeout", type=_seconds, default=90.0, metavar="S", help="seconds to go on trying one call")
    add_output(common, more="more", has_colors=True)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 < seconds < 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds
