"""`portable test`: run the tests of the functions with pytest, each in its own environment."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import click

from ..deploying.arguments import function_argument, stack_option
from ..deploying.errors import BadSettings
from ..deploying.world import World
from ..emulators.errors import Unavailable
from ..emulators.registry import emulators
from ..project.environment import environment
from ..project.functions import STACK, declared, find
from ..testing.runs import Run, runs
from .replay import complete_platforms

_NO_TESTS = 5  # https://docs.pytest.org/en/stable/reference/exit-codes.html
_OUTCOMES = {0: "passed", 1: "failed", _NO_TESTS: "no tests"}


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
@click.option(
    "--platform",
    "platforms",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_platforms,
    help="Where tests of on_every_platform run.",
)
@click.pass_context
def command(context: click.Context, function: str | None, stack: Path, platforms: Sequence[str]) -> int:
    """Run the tests of FUNCTION, or of every function of the stack file, each with its own requirements.

    They are the tests in its folder and what belongs to it in tests/ of the project. Ends with pytest's exit code, of
    several with the worst.
    """
    world: World = context.obj
    try:
        emulators(platforms)
    except Unavailable as error:
        raise BadSettings(str(error)) from None
    functions = declared(stack, world.environ) if stack.exists() or stack != STACK else []
    chosen = functions if functions and function is None else [find(function, stack, world.environ)]
    arguments = [*(word for name in platforms for word in ("--platform", name)), *context.meta["pytest"]]
    return _run_all(runs(chosen, functions or chosen), arguments, world)


def _run_all(planned: Sequence[Run], arguments: Sequence[str], world: World) -> int:
    named = _names_tests(arguments, planned[0].function.root)
    if named and len(planned) > 1:
        raise BadSettings(f"{named} is of one function: name it, as in `portable test FUNCTION -- {named}`")
    codes = {run.function.name: _run(run, arguments, world, adds_paths=not named) for run in planned}
    if len(codes) > 1:
        for name, code in codes.items():
            print(f"{name}: {_OUTCOMES.get(code, f'pytest ended with {code}')}", file=world.stdout)
    # a function may be without tests, and with -k most are
    return max((code for code in codes.values() if code != _NO_TESTS), default=_NO_TESTS)


def _run(run: Run, arguments: Sequence[str], world: World, *, adds_paths: bool) -> int:
    def say(line: str) -> None:
        print(line, file=world.stderr, flush=True)

    made = environment(run.function, world, say=say)
    paths = run.paths if adds_paths else ()
    say(f"{run.function.name}: pytest {' '.join([*arguments, *paths])}")
    command = made.with_tool("-m", "pytest", *arguments, *paths)
    return subprocess.run(command, cwd=run.function.root, env=dict(world.environ), check=False).returncode


def _names_tests(arguments: Sequence[str], root: Path) -> str:
    """Return the argument that names a file of tests, in place of all of them; "" if there is none."""
    files = ((one, one.partition("::")[0]) for one in arguments)
    return next((one for one, path in files if path.endswith(".py") and (root / path).is_file()), "")
