"""Set, list and remove the stage's secrets; their values are never shown."""

from __future__ import annotations

import click

from ...deploying.arguments import FILE, Arguments
from ...deploying.errors import BadSettings, DeployError
from .. import secrets
from ..console import Console
from ..stage import Stage, connect
from ..world import World

OPTIONS = (
    click.argument("action", type=click.Choice(("set", "list", "remove"))),
    click.argument("name", required=False),
    click.option("--from-file", type=FILE, metavar="FILE", help="Take the value from there, in place of stdin."),
)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Set, list or remove. Raises BadSettings for a name too few or too many."""
    if (arguments.name is None) != (arguments.action == "list"):
        raise BadSettings(f"secret {arguments.action} takes {'no' if arguments.action == 'list' else 'a'} name")
    stage = connect(arguments, world, console)
    {"set": _set, "list": _list, "remove": _remove}[arguments.action](arguments, stage)
    return 0


def _set(arguments: Arguments, stage: Stage) -> None:
    value = secrets.read_value(stage.world.stdin, arguments.from_file)
    done = secrets.set_value(stage.aws, stage.names, arguments.name, value)
    if arguments.name not in stage.settings.secrets:
        stage.console.warn(
            f"note: {arguments.name!r} is not under `secrets:` in stack.yml, so the function may not read it"
        )
    stage.console.result(f"{arguments.name} is {done}", name=arguments.name, result=done)


def _list(arguments: Arguments, stage: Stage) -> None:
    rows = secrets.listing(stage.aws, stage.names, stage.settings.secrets)
    lines = [f"{row.name:30} {row.state:22} {'declared' if row.declared else 'not in stack.yml'}" for row in rows]
    facts = [{"name": row.name, "state": row.state, "declared": row.declared} for row in rows]
    stage.console.result("\n".join(lines) or "no secrets", secrets=facts)


def _remove(arguments: Arguments, stage: Stage) -> None:
    if not secrets.remove(stage.aws, stage.names, arguments.name):
        raise DeployError(f"there is no secret {arguments.name!r} in stage {stage.names.stage}")
    command = stage.names.command("secret", "set", arguments.name)
    text = f"{arguments.name} is scheduled for deletion in 7 days; `{command}` brings it back"
    stage.console.result(text, name=arguments.name, result="scheduled for deletion")
