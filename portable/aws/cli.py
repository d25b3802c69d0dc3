"""`python -m portable aws COMMAND`: the arguments, and the exit codes of errors.py."""

from __future__ import annotations

import argparse
import traceback
from collections.abc import Sequence
from pathlib import Path

from . import failures
from .commands import COMMANDS
from .console import Console
from .world import World


def main(arguments: Sequence[str], world: World | None = None) -> int:
    """Run one command; return its exit code."""
    world = world or World()
    options = _parser().parse_args(arguments)
    console = Console(world, json=options.json, quiet=options.quiet, color=_color(options, world))
    try:
        code: int = options.run(options, world, console)
    except KeyboardInterrupt:
        return _failed(console, "interrupted: what was done stays done; the same command goes on from there", 130)
    except Exception as error:  # noqa: BLE001 - every failure ends in a message and an exit code
        if options.verbose:
            traceback.print_exc(file=world.stderr)
        failure = failures.explained(error)
        return _failed(console, f"error: {failure}", failure.exit_code)
    return code


def _failed(console: Console, message: str, exit_code: int) -> int:
    console.warn(message)
    if console.json:
        console.result("", error=message.removeprefix("error: "), exit_code=exit_code)
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m portable aws",
        description="Ship function/ to AWS Lambda: see what would change, change it, and go back.",
        epilog="exit codes: 0 done or nothing to do, 1 AWS or the function failed, 2 usage or settings, "
        "3 changes wait (plan --exit-code), 4 unhealthy and taken back, 5 refused",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        purpose = (module.__doc__ or "").partition("\n")[0]
        command = commands.add_parser(name, help=purpose, description=purpose)
        _add_common(command)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    common = parser.add_argument_group("common")
    common.add_argument("--stage", help="dev, prod ... (APP_STAGE; default dev)")
    common.add_argument("--region", help="AWS region (AWS_REGION; deploy.toml)")
    common.add_argument("--profile", help="profile of the AWS credentials (AWS_PROFILE; deploy.toml)")
    common.add_argument("--config", type=Path, help="settings file (APP_CONFIG; default deploy.toml)")
    common.add_argument("--function", type=Path, default=Path("function"), metavar="DIR", help="default function")
    common.add_argument("--stack", type=Path, default=Path("stack.yml"), metavar="FILE", help="default stack.yml")
    common.add_argument("--timeout", type=_seconds, default=90.0, metavar="S", help="seconds to go on trying one call")
    common.add_argument("--json", action="store_true", help="print one JSON object")
    common.add_argument("--no-color", action="store_true", help="no colors (NO_COLOR)")
    common.add_argument("-q", "--quiet", action="store_true", help="print results and errors only")
    common.add_argument("-v", "--verbose", action="store_true", help="print more, and the traceback of an error")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 < seconds < 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds


def _color(options: argparse.Namespace, world: World) -> bool:
    return world.stdout.isatty() and not options.no_color and not world.environ.get("NO_COLOR")
