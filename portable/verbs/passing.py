"""A verb whose arguments another parser reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import click

from ..deploying.world import World

Run = Callable[[Sequence[str], Mapping[str, str]], int]


def passed_on(name: str, purpose: str, load: Callable[[], Run]) -> click.Command:
    """Return a command that gives all of its arguments to what `load` returns, and ends with its exit code."""

    @click.command(name, help=purpose, add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    @click.pass_obj
    def command(world: World, arguments: tuple[str, ...]) -> int:
        return load()(arguments, world.environ)

    return command
