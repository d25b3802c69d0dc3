"""`portable VERB ...`: the one command. A verb's module is loaded when it is used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from .deploying.console import Console
from .deploying.errors import BadSettings, DeployError
from .deploying.world import World

if TYPE_CHECKING:
    import click

VERBS = (
    *("new", "dev", "serve", "test", "call", "event", "up", "down"),
    *("gateway", "check", "package", "aws", "openwhisk", "replay", "record", "doctor"),
)
_EXTRAS = {"awslambdaric": "aws", "boto3": "aws", "botocore": "aws", "debugpy": "debug"}
_CHECKOUT = Path(__file__).parents[1]


def main(
    arguments: Sequence[str] | None = None,
    world: World | None = None,
    load: Callable[[], click.Command] | None = None,
) -> int:
    """Run a verb, or the command that `load` returns. Return its exit code: deploying/errors.py lists them.

    With --json an error is an object on stdout too.
    """
    world = world or World()
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    console = Console(world, json="--json" in arguments[: arguments.index("--") if "--" in arguments else None])
    try:
        return _run(load or command, arguments, console)
    except KeyboardInterrupt:
        return 130
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package in ("portable", "platforms"):
            raise
        return _failed(console, f"{package} is not installed for {sys.executable}: {_install(package)}", 2)
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        return _failed(console, str(error), code)


def command() -> click.Group:
    """Return the command. Only now is click needed."""
    import click

    from .deploying.cli import Commands

    group = Commands(
        "portable",
        {verb: f"portable.verbs.{verb}" for verb in VERBS},
        lambda verb: import_module(f"portable.verbs.{verb}").command,
        help="One function, every platform: write it once, run it here, test it on every platform, ship it anywhere.",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
    )
    return click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version)(group)


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's own
    """Print the version of the distribution, and end."""
    if wanted and not context.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print("portable", version("portable-functions"))
        except PackageNotFoundError:
            print("portable of", _CHECKOUT)
        context.exit()


def _run(load: Callable[[], click.Command], arguments: Sequence[str], console: Console) -> int:
    import click

    world = console.world

    try:
        code: int | None = load().main(arguments, "portable", standalone_mode=False, obj=world)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show(world.stderr)
        return error.exit_code
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and error.ctx:
            print(error.ctx.get_usage(), file=world.stderr)
        return _failed(console, error.format_message(), error.exit_code)
    except click.Abort:
        return 130
    return code or 0


def _exit_code(error: Exception) -> int | None:
    """Return the exit code of an error that says what to do; None for a defect."""
    from platforms.loading import HandlerError

    from .stack.errors import Refused

    match error:
        case DeployError():
            return error.exit_code
        case Refused():
            return BadSettings.exit_code
        case HandlerError():
            return DeployError.exit_code
    return None


def _failed(console: Console, message: str, exit_code: int) -> int:
    return console.fail(f"error: {message}", exit_code)


def _install(package: str) -> str:
    if (_CHECKOUT / "Makefile").exists():
        return f"run `make setup` in {_CHECKOUT}"
    extra = f"[{_EXTRAS[package]}]" if package in _EXTRAS else ""
    return f"install 'portable-functions{extra}' there"


if __name__ == "__main__":
    sys.exit(main())
