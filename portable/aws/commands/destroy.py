"""Remove everything that the stage has at AWS, but for its log and its secrets unless told so."""

from __future__ import annotations

import click

from ...deploying.arguments import Arguments, yes_option
from ...deploying.confirming import confirm, typed_name
from ...deploying.errors import Refused
from .. import planner
from ..console import Console, plan_facts
from ..stage import carry_out, connect
from ..world import World

OPTIONS = (
    click.option("--delete-logs", is_flag=True, help="The log group too."),
    click.option("--delete-secrets", is_flag=True, help="The secrets too; they can be restored for 7 days."),
    yes_option,
    click.option("--confirm", metavar="NAME", help="A stage called prod wants {app}-prod here."),
)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """List, ask, remove, and say what is left."""
    stage = connect(arguments, world, console)
    found = planner.read(stage.aws, stage.names)
    plan = planner.removal(found, stage.names, logs=arguments.delete_logs, secret_values=arguments.delete_secrets)
    console.say(stage.heading)
    console.plan(plan)
    if plan.steps:
        if not arguments.yes:
            console.show_before_asking(plan)
        if stage.names.stage == "prod":
            _check_name(world, stage.names.base, given=arguments.confirm)
        confirm(world, "Remove all of it?", yes=arguments.yes)
        console.say()
        carry_out(stage, plan)
    outcome = "destroyed" if plan.steps else "nothing to do"
    left = planner.left(found, stage.names, plan)
    text = "\n".join([outcome, *(f"left: {one}" for one in left)])
    console.result(text, **stage.facts, result=outcome, left=left, **plan_facts(plan))
    return 0


def _check_name(world: World, name: str, *, given: str | None) -> None:
    """Raise Refused unless the name is given, or typed where somebody can be asked."""
    if given is None and world.stdin.isatty():
        given = typed_name(world, name)
    if given != name:
        raise Refused(f"this is a stage called prod: say --confirm {name} to do it")
