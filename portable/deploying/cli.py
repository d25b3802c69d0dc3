"""A command line of several commands, one module each: its parser, and how each command ends."""

from __future__ import annotations

import traceback
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from .console import Console
from .errors import DeployError
from .world import World

WorldT = TypeVar("WorldT", bound=World, contravariant=True)
ConsoleT = TypeVar("ConsoleT", bound=Console, contravariant=True)


class Command(Protocol[WorldT, ConsoleT]):
    """What the module of a command has; its docstring's first line is the command's help."""

    __doc__: str | None

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the command's own arguments."""

    def run(self, arguments: Namespace, world: WorldT, console: ConsoleT) -> int:
        """Run it; return the exit code. Raises DeployError."""


def add_commands(
    parser: ArgumentParser,
    commands: Mapping[str, Command[WorldT, ConsoleT]],
    add_common: Callable[[ArgumentParser], None],
) -> None:
    """Add a parser for each command; `add_common` adds the arguments that all of them take."""
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, module in commands.items():
        purpose = (module.__doc__ or "").partition("\n")[0]
        command = parsers.add_parser(name, help=purpose, description=purpose)
        add_common(command)
        module.add_arguments(command)
        command.set_defaults(run=module.run)


def run(options: Namespace, world: World, console: Console, explained: Callable[[Exception], DeployError]) -> int:
    """Run the command that `options` name; return its exit code. `explained` turns any exception into a DeployError."""
    try:
        code: int = options.run(options, world, console)
    except KeyboardInterrupt:
        return console.fail("interrupted: what was done stays done; the same command goes on from there", 130)
    except Exception as error:  # noqa: BLE001 - every failure ends in a message and an exit code
        console.trace(traceback.format_exc().rstrip())
        failure = explained(error)
        return console.fail(f"error: {failure}", failure.exit_code)
    return code
