"""Plan, ask, change, and prove it: live traffic moves only to a version that answered."""

from __future__ import annotations

from collections.abc import Mapping

from ...deploying.arguments import Arguments, yes_option
from ...deploying.confirming import confirm
from ...deploying.errors import BadSettings
from .. import planner, secrets
from ..artifact.target import Target
from ..console import Console, plan_facts
from ..names import Names
from ..plan import Plan
from ..planner import Found
from ..resources import release
from ..stage import carry_out, connect
from ..world import World
from . import building

OPTIONS = (*building.OPTIONS, yes_option)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Deploy. Raises Unhealthy if a check failed and the change was taken back."""
    began = world.clock()
    stage = connect(arguments, world, console)
    target = building.target_of(arguments, stage)
    found = planner.read(stage.aws, stage.names, stage.settings.secrets)
    if missing := secrets.missing(found.secrets, stage.settings.secrets):
        raise BadSettings(missing)
    plan = planner.changes(found, target)
    console.say(stage.heading)
    console.plan(plan)
    if plan.steps:
        if not arguments.yes:
            console.show_before_asking(plan)
        confirm(world, "Do it?", yes=arguments.yes)
        console.say()
    known = carry_out(stage, planner.with_check(plan, found, target))
    seconds = round(world.clock() - began, 1)
    outcome = {"result": "deployed" if plan.steps else "nothing to do", **_facts(plan, known, found, target)}
    console.result(
        _told(plan, outcome, stage.names, seconds), **stage.facts, **outcome, seconds=seconds, **plan_facts(plan)
    )
    return 0


def _facts(plan: Plan, known: Mapping[str, str], found: Found, target: Target) -> dict[str, str | None]:
    """Return what is live and, if there is one, the canary."""
    version, canary = known.get("version"), None
    if target.canary_percent and _moves(plan, "canary"):
        canary = release.canary_version(found.function, target) or version
        version = found.function.live.version if found.function and found.function.live else None
    return {"version": version, "canary": canary, "url": known.get("url")}


def _told(plan: Plan, outcome: Mapping[str, str | None], names: Names, seconds: float) -> str:
    lines = [f"\ndone in {seconds} s: version {outcome['version']} is live" if plan.steps else "nothing to do"]
    if outcome["canary"]:
        lines += [
            f"version {outcome['canary']} gets its share of the calls",
            f"all of them with: {names.command('promote')}",
            f"back with: {names.command('rollback')}",
        ]
    elif _moves(plan, "version"):
        lines.append(f"back with: {names.command('rollback')}")
    return "\n".join([*lines, *filter(None, [outcome["url"]])])


def _moves(plan: Plan, what: str) -> bool:
    """Tell whether a plan moves the alias `live` away from what it pointed to."""
    steps = [step for step in plan.steps if step.kind == "alias" and step.sign == "~"]
    return any(one.name == what and one.after is not None for step in steps for one in step.differences)
