"""Show what deploy would change, and change nothing."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace

from .. import planner, secrets
from ..console import Console, plan_facts
from ..errors import CHANGES_WAIT
from ..stage import connect, facts, heading
from ..world import World
from . import building


def add_arguments(parser: ArgumentParser) -> None:
    """Add what a deploy takes too, and the exit code."""
    building.add_arguments(parser)
    parser.add_argument("--exit-code", action="store_true", help="end with 3 if there is something to change")


def run(arguments: Namespace, world: World, console: Console) -> int:
    """Read, compare and print."""
    stage = connect(arguments, world, console)
    target = building.target_of(arguments, stage)
    found = planner.read(stage.aws, stage.names, stage.settings.secrets)
    plan = planner.changes(found, target)
    if missing := secrets.missing(found.secrets, stage.settings.secrets):
        plan = replace(plan, notes=(*plan.notes, *missing.splitlines()))
    lines = [heading(stage), *console.plan_lines(plan), *([] if plan.steps else ["nothing to do"])]
    console.result("\n".join(lines), **facts(stage), **plan_facts(plan))
    return CHANGES_WAIT if plan.steps and arguments.exit_code else 0
