"""Every command of a command line has the common arguments, and ends in an exit code."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

import pytest

from portable.deploying import cli
from portable.deploying.console import Console
from portable.deploying.errors import BadSettings, DeployError, Refused, explained
from portable.deploying.world import World
from portable.packaging.errors import PackageError

from .worlds import make_world, printed


class Greet:
    """Greet whom it is told.

    This is no help.
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add whom."""
        parser.add_argument("whom")

    def run(self, arguments: Namespace, world: World, console: Console) -> int:
        """Greet."""
        console.say(f"hello {arguments.whom}" + "!" * arguments.loud)
        return 7


def add_loud(parser: ArgumentParser) -> None:
    """Add what every command takes."""
    parser.add_argument("--loud", action="store_true")


def ended(error: BaseException, *, verbose: bool = False) -> tuple[int, World]:
    """Run a command that raises."""

    def run(*arguments: object) -> int:
        raise error

    world = make_world()
    return cli.run(Namespace(run=run), world, Console(world, verbose=verbose), explained), world


def test_command_gets_its_own_arguments_and_the_common_ones(capsys: pytest.CaptureFixture[str]) -> None:
    parser, world = ArgumentParser(), make_world()
    cli.add_commands(parser, {"greet": Greet()}, add_loud)
    options = parser.parse_args(["greet", "--loud", "you"])

    assert cli.run(options, world, Console(world), explained) == 7
    assert printed(world) == ("hello you!\n", "")
    parser.print_help()
    assert "greet     Greet whom it is told.\n" in capsys.readouterr().out


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
