"""Send all calls to the canary version."""

from __future__ import annotations

import click

from ...deploying.arguments import Arguments
from .. import promote
from ..console import Console
from ..plan import Plan
from ..resources import doors
from ..stage import connect, read_function
from ..world import World
from . import rollback

OPTIONS = (click.option("--no-smoke", is_flag=True, help="Do not try the version first."),)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Move `live`. Raises DeployError if there is no canary."""
    stage = connect(arguments, world, console)
    state = read_function(stage)
    steps = promote.changes(state, stage.names, smoke=not arguments.no_smoke)
    version = state.live.canary_version if state and state.live else None
    found = doors.read(stage.aws, stage.names)
    rollback.move(stage, Plan((*steps, *rollback.check(found, stage, arguments))), "promoted", version)
    return 0
