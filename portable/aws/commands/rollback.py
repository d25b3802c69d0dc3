"""Go back to the version before, with its configuration and its API."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from .. import rollback
from ..console import Console, plan_facts
from ..plan import Plan, Step
from ..resources import doors
from ..stage import Stage, carry_out, connect, read_function
from ..world import World


def add_arguments(parser: ArgumentParser) -> None:
    """Add where to go, and whether to try it first."""
    parser.add_argument("--to", metavar="VERSION", help="a version's number (default: the one before)")
    parser.add_argument("--no-smoke", action="store_true", help="do not try the version first")


def run(arguments: Namespace, world: World, console: Console) -> int:
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


def check(found: doors.Doors, stage: Stage, arguments: Namespace) -> tuple[Step, ...]:
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
