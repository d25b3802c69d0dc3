"""`portable VERB ...`: the one command. A verb's module is loaded when it is used."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from .deploying.world import World

VERBS = (
    *("new", "dev", "serve", "test", "call", "event", "up", "down"),
    *("gateway", "check", "package", "aws", "openwhisk", "replay"),
)


class Verbs(click.Group):
    """The verbs, in the order in which a user meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a verb; None if there is no such verb."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"portable.verbs.{cmd_name}").command
        return command


command = Verbs(
    "portable",
    help="One function, every platform: write it once, run it here, test it on every platform, ship it anywhere.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None, world: World | None = None) -> int:
    """Run a verb; return its exit code: 2 for one that there is not, or whose packages are not installed."""
    world = world or World()
    try:
        code: int | None = command.main(arguments, "portable", standalone_mode=False, obj=world)
    except click.ClickException as error:
        error.show(world.stderr)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in ("portable", "platforms"):
            raise
        print(f"error: {missing.name} is not installed for {sys.executable}", file=world.stderr)
        return 2
    return code or 0


if __name__ == "__main__":
    sys.exit(main())
