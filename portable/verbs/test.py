"""`portable test`: run the tests of the functions with pytest, each in its own environment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ..deploying.arguments import function_argument, stack_option
from .platforms import platforms_option


class _WithPytestArguments(click.Command):
    """A command whose arguments behind `--` are pytest's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep them, and read the others."""
        end = args.index("--") if "--" in args else len(args)
        ctx.meta["pytest"] = args[end + 1 :]
        return super().parse_args(ctx, args[:end])


@click.command(cls=_WithPytestArguments, options_metavar="[OPTIONS]", epilog="Behind -- are pytest's own arguments.")
@function_argument
@stack_option
@platforms_option("Where tests of on_every_platform run [everywhere]")
@click.pass_context
def command(context: click.Context, function: str | None, stack: Path, platforms: Sequence[str]) -> int:
    """Run the tests of FUNCTION, or of every function of the stack file, each with its own requirements.

    They are the tests in its folder and what belongs to it in tests/ of the project. Ends with pytest's exit code, of
    several with the worst.
    """
    from ..testing import elsewhere  # the help of the whole command needs none of it

    return elsewhere.run_tests(function, platforms, context.meta["pytest"], stack, context.obj)
