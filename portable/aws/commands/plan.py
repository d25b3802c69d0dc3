"""Show what deploy would change, and change nothing."""

from __future__ import annotations

from dataclasses import replace

import click

from ...deploying.arguments import Arguments
from .. import planner, secrets
from ..console import Console, plan_facts
from ..stage import connect
from ..world import World
from . import building

OPTIONS = (
    *building.OPTIONS,
    click.option("--exit-code", is_flag=True, help="End with 3 if there is something to change."),
)


# the exit code that is no error's: see deploying/errors.py
_CHANGES_WAIT = 3


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Print the plan. Reads only."""
    stage = connect(arguments, world, console)
    target = building.target_of(arguments, stage)
    found = planner.read(stage.aws, stage.names, stage.settings.secrets)
    plan = planner.changes(found, target)
    if missing := secrets.missing(found.secrets, stage.settings.secrets):
        plan = replace(plan, notes=(*plan.notes, *missing.splitlines()))
    lines = [stage.heading, *console.plan_lines(plan), *([] if plan.steps else ["nothing to do"])]
    console.result("\n".join(lines), **stage.facts, **plan_facts(plan))
    return _CHANGES_WAIT if plan.steps and arguments.exit_code else 0
