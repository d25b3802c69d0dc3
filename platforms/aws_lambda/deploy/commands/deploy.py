"""Plan, ask, change, and prove it: live traffic moves only to a version that answered."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from .. import building, planner, secrets
from ..confirming import confirm
from ..console import Console, plan_facts
from ..errors import BadSettings
from ..stage import Stage, carry_out, connect, facts, heading
from ..world import World


def add_arguments(parser: ArgumentParser) -> None:
    """Add what is shipped, and whether to ask."""
    building.add_arguments(parser)
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")


def run(arguments: Namespace, world: World, console: Console) -> int:
    """Deploy. Raises Unhealthy if a check failed and the change was taken back."""
    began = world.clock()
    stage = connect(arguments, world, console)
    target = building.target_of(arguments, stage)
    found = planner.read(stage.aws, stage.names, stage.settings.secrets)
    if missing := secrets.missing(found.secrets, stage.settings.secrets):
        raise BadSettings(missing)
    plan = planner.changes(found, target)
    console.say(heading(stage))
    console.plan(plan)
    known: Mapping[str, str] = plan.known
    if plan.steps:
        confirm(world, "Do it?", yes=arguments.yes)
        console.say()
        known = carry_out(stage, plan)
    done = "nothing to do"
    if plan.steps:
        share = (
            f"gets {arguments.canary} % of the calls: `promote` or `rollback` is next"
            if arguments.canary
            else "is live"
        )
        done = f"\ndone in {world.clock() - began:.1f} s: version {known.get('version')} {share}\n{_way_back(stage)}"
    text = "\n".join([done, *filter(None, [known.get("url")])])
    outcome = {
        "result": "deployed" if plan.steps else "nothing to do",
        "version": known.get("version"),
        "url": known.get("url"),
    }
    console.result(text, **facts(stage), **outcome, seconds=round(world.clock() - began, 1), **plan_facts(plan))
    return 0


def _way_back(stage: Stage) -> str:
    return f"back with: python -m platforms.aws_lambda rollback --stage {stage.names.stage}"
