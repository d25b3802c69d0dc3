"""Every command of a command line has the common arguments, and ends in an exit code."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest

from portable.__main__ import main
from portable.deploying import cli
from portable.deploying.arguments import Arguments
from portable.deploying.console import Console
from portable.deploying.errors import BadSettings, DeployError, Refused, explained
from portable.deploying.world import World
from portable.packaging.errors import PackageError

from .worlds import make_world, printed

MODULES = {name: f"{__package__}.commands.{name}" for name in ("greet", "great_wall")}


def load(name: str) -> click.Command:
    """Return a command of tests/portable/deploying/commands/."""
    return cli.command_of(MODULES[name], (click.option("--loud", is_flag=True),), run)


def run(run: Callable[..., int], arguments: Arguments, world: World) -> int:
    """Run a command as the command lines do."""
    console = Console(world)
    return cli.ended(lambda: run(arguments, world, console), console, explained)


def greet(*arguments: str) -> tuple[int, World]:
    """Run the command line of these commands."""
    world = make_world()
    return main(arguments, world, load=lambda: cli.Commands("all", MODULES, load)), world


def ended(error: BaseException, *, verbose: bool = False) -> tuple[int, World]:
    """Run a command that raises."""

    def run() -> int:
        raise error

    world = make_world()
    return cli.ended(run, Console(world, verbose=verbose), explained), world


def test_command_gets_its_own_arguments_and_the_common_ones() -> None:
    code, world = greet("greet", "--loud", "you")

    assert code == 7
    assert printed(world) == ("hello you!\n", "")


def test_list_of_commands_says_what_each_is_for_and_imports_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert greet("--help")[0] == 0

    lines = capsys.readouterr().out.splitlines()
    assert "  greet       Greet whom it is told." in lines
    assert "  great_wall  Cannot be imported: a list of commands must not." in lines


def test_command_that_there_is_not_is_told_the_nearest() -> None:
    for given, hint in (("great", "did you mean 'greet'?"), ("x", "there are: greet, great_wall")):
        code, world = greet(given)

        assert code == 2
        assert printed(world)[1].endswith(f"error: there is no command {given!r}; {hint}\n")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (DeployError("it broke"), 1, "error: it broke\n"),
        (BadSettings("memory is 1"), 2, "error: memory is 1\n"),
        (PackageError("there is no folder"), 2, "error: there is no folder\n"),
        (Refused("not ours"), 5, "error: not ours\n"),
        (ValueError("odd"), 1, "error: ValueError: odd (-v shows where)\n"),
        (
            KeyboardInterrupt(),
            130,
            "interrupted: what was done stays done; the same command goes on from there\n",
        ),
    ],
)
def test_failure_is_one_line_and_an_exit_code(error: BaseException, code: int, message: str) -> None:
    ended_with, world = ended(error)

    assert ended_with == code
    assert printed(world) == ("", message)


def test_traceback_comes_before_it_when_asked_for() -> None:
    _, world = ended(ValueError("odd"), verbose=True)

    err = printed(world)[1]
    assert err.startswith("Traceback (most recent call last):\n")
    assert err.endswith("\nValueError: odd\nerror: ValueError: odd (-v shows where)\n")


def test_way_out_of_the_process_is_not_held_up() -> None:
    with pytest.raises(SystemExit, match="3"):
        ended(SystemExit(3))
