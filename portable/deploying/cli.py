"""A command line on click: groups whose commands are loaded when they are used, and how a command ends."""

from __future__ import annotations

import ast
import traceback
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from pkgutil import get_data
from typing import Any

import click

from .arguments import Arguments, Option
from .console import Console
from .errors import DeployError
from .world import World

Run = Callable[[Callable[..., int], Arguments, World], int]


class Commands(click.Group):
    """Commands in the order in which a user meets them; `load` gives the one of a name."""

    def __init__(self, name: str, names: Sequence[str], load: Callable[[str], click.Command], **settings: Any) -> None:
        super().__init__(name, **settings)
        self._names, self._load = names, load

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names."""
        return list(self._names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name; None if there is none."""
        if cmd_name not in self._names:
            return None
        command = self._load(cmd_name)
        command.short_help = command.short_help or (command.help or "").partition("\n")[0]  # click would cut it
        return command

    def make_context(self, *given: Any, **settings: Any) -> click.Context:
        """Return the context of what stands before the command. Raises NoSuchOption with what to do."""
        try:
            return super().make_context(*given, **settings)
        except click.NoSuchOption as error:
            error.message = f"{error.message} Options stand behind the command."
            raise

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command and its arguments. Raises UsageError with the nearest name if there is none."""
        if args[0] not in self._names and not ctx.resilient_parsing:
            near = get_close_matches(args[0], self._names, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self._names)}"
            ctx.fail(f"there is no command {args[0]!r}: {hint}")
        return super().resolve_command(ctx, args)


def with_options(options: Sequence[Option], callback: Callable[..., Any]) -> Callable[..., Any]:
    """Return a callback that takes these options, in this order in its help."""
    for option in reversed(options):
        callback = option(callback)
    return callback


class _Later(click.Command):
    """A command whose module is imported when it is used: a list of commands needs its name and purpose alone."""

    def __init__(self, name: str, purpose: str, load: Callable[[], click.Command]) -> None:
        super().__init__(name, help=purpose)
        self._load = load

    def make_context(self, *given: Any, **settings: Any) -> click.Context:
        """Return the context of the command itself."""
        return self._load().make_context(*given, **settings)


def command_of(package: str, name: str, common: Sequence[Option], run: Run) -> click.Command:
    """Return the command that a module of a package is: its OPTIONS and the common ones; its docstring says its help.

    `run` gets the module's own `run`, what the user gave, and the world.
    """
    purpose = _purpose(package, name)

    def load() -> click.Command:
        module = import_module(f"{package}.{name}")

        def callback(**given: Any) -> int:
            return run(module.run, Arguments(**given), click.get_current_context().obj)

        return click.command(name, help=purpose)(with_options((*module.OPTIONS, *common), callback))

    return _Later(name, purpose, load)


def _purpose(package: str, name: str) -> str:
    """Return the first line of a module's docstring. The module is not imported."""
    source = get_data(package, f"{name}.py") or b""
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


def ended(run: Callable[[], int], console: Console, explained: Callable[[Exception], DeployError]) -> int:
    """Run a command; return its exit code. `explained` turns any exception into a DeployError."""
    try:
        return run()
    except KeyboardInterrupt:
        return console.fail("interrupted: what was done stays done; the same command goes on from there", 130)
    except Exception as error:  # noqa: BLE001 - every failure ends in a message and an exit code
        console.trace(traceback.format_exc().rstrip())
        failure = explained(error)
        return console.fail(f"error: {failure}", failure.exit_code)
