"""A command line on click: groups whose commands are loaded when they are used, and how a command ends."""

from __future__ import annotations

import ast
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pkgutil import get_data
from typing import Any

import click

from .arguments import Arguments, Option
from .console import Console
from .errors import DeployError
from .hints import hint
from .world import World

Run = Callable[[Callable[..., int], Arguments, World], int]


class Commands(click.Group):
    """Commands in the order in which a user meets them, each of the module that `modules` names.

    `load` gives the command of a name when it is used: to list them, their modules' docstrings are read.
    """

    def __init__(
        self, name: str, modules: Mapping[str, str], load: Callable[[str], click.Command], **settings: Any
    ) -> None:
        super().__init__(name, **settings)
        self._modules, self._load = modules, load

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name; None if there is none."""
        if cmd_name not in self._modules:
            return None
        return _Later(cmd_name, _purpose(self._modules[cmd_name]), self._load)

    def make_context(self, *given: Any, **settings: Any) -> click.Context:
        """Return the context of what stands before the command. Raises UsageError for an option."""
        try:
            return super().make_context(*given, **settings)
        except click.NoSuchOption as error:
            raise click.UsageError(f"{error.message} Options stand behind the command.", error.ctx) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command and its arguments. Raises UsageError with the nearest name if there is none."""
        if args[0] not in self._modules and not ctx.resilient_parsing:
            ctx.fail(f"there is no command {args[0]!r}; {hint(args[0], self._modules)}")
        return super().resolve_command(ctx, args)


def with_options(options: Sequence[Option], callback: Callable[..., Any]) -> Callable[..., Any]:
    """Return a callback that takes these options, in this order in its help."""
    for option in reversed(options):
        callback = option(callback)
    return callback


class _Later(click.Command):
    """A command that is loaded when it is used; a list of commands has its name and what it is for."""

    def __init__(self, name: str, purpose: str, load: Callable[[str], click.Command]) -> None:
        super().__init__(name, short_help=purpose)
        self._command_of = load

    def make_context(self, info_name: str | None, *given: Any, **settings: Any) -> click.Context:
        """Return the context of the command itself."""
        return self._command_of(info_name or "").make_context(info_name, *given, **settings)


def _purpose(module_name: str) -> str:
    """Return what a module says that it is for, without importing it: its docstring's first line.

    Of "`portable check`: say what ..." that is "Say what ...".
    """
    package, _, name = module_name.rpartition(".")
    source = get_data(package, f"{name}.py") or b""
    line = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    text = re.sub("^`[^`]*`: ", "", line)
    return text[:1].upper() + text[1:]


def command_of(module_name: str, common: Sequence[Option], run: Run) -> click.Command:
    """Return the command that a module is: its OPTIONS and the common ones; its docstring says what it is for.

    `run` gets the module's own `run`, what the user gave, and the world.
    """
    module = import_module(module_name)

    def callback(**given: Any) -> int:
        return run(module.run, Arguments(**given), click.get_current_context().obj)

    name = module_name.rpartition(".")[2]
    return click.command(name, help=_purpose(module_name))(with_options((*module.OPTIONS, *common), callback))


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
