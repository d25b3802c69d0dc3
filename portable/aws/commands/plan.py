"""Show what deploy would change, and change nothing."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace

from .. import planner, secrets
from ..console import Console, plan_facts
from ..stage import connect
from ..world import World
from . import building

# the exit code that is no error's: see deploying/errors.py
_CHANGES_WAIT = 3


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of a deploy, and --exit-code."""
    building.add_arguments(parser)
    parser.add_argument("--exit-code", action="store_true", help="end with 3 if there is something to change")


def run(arguments: Namespace, world: World, console: Console) -> int:
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
