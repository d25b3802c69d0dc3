"""Go back to the version before, with its configuration and its API."""

from __future__ import annotations

import click

from ...deploying.arguments import Arguments
from .. import rollback
from ..console import Console, plan_facts
from ..plan import Plan, Step
from ..resources import doors
from ..stage import Stage, carry_out, connect, read_function
from ..world import World

OPTIONS = (
    click.option("--to", metavar="VERSION", help="A version's number, in place of the one before."),
    click.option("--no-smoke", is_flag=True, help="Do not try the version first."),
)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Move the API's stage, and then `live`: code takes an older spec sooner than a spec takes older code.

    So a rollback that ends half-way is begun again by the next one. Raises Unhealthy if the URL does not answer then.
    """
    stage = connect(arguments, world, console)
    state = read_function(stage)
    back = rollback.changes(state, stage.names, arguments.to, smoke=not arguments.no_smoke)
    found = doors.read(stage.aws, stage.names)
    api, notes = [], back.notes
    if back.moves_api:
        api = doors.rollback_steps(found, stage.names, back.version)
        notes += doors.rollback_notes(found, back.version)
    after = check(found, stage, arguments) if back.steps else ()
    move(stage, Plan((*api, *back.steps), notes=notes), "rolled back", back.version, after)
    return 0


def check(found: doors.Doors, stage: Stage, arguments: Arguments) -> tuple[Step, ...]:
    """Return the check of the URL; no step if there is no URL, or with --no-smoke."""
    url = doors.url_of(found, stage.names)
    return (doors.check(found, stage.settings, url),) if url and not arguments.no_smoke else ()


def move(stage: Stage, plan: Plan, done: str, version: str | None, after: tuple[Step, ...] = ()) -> None:
    """Carry out a plan that moves `live`, then the steps after it, which take nothing back; say what is live now."""
    console = stage.console
    console.say(stage.heading)
    carry_out(stage, plan)
    carry_out(stage, Plan(after))
    result = done if plan.steps else "nothing to do"
    lines = [f"{result}: version {version} is live", *(f"note: {note}" for note in plan.notes)]
    console.result("\n".join(lines), **stage.facts, result=result, version=version, **plan_facts(plan))
