"""Serve the built zip here, in AWS's own runtime client behind a front door like AWS's."""

from __future__ import annotations

import click

from ...deploying.arguments import PORT, Arguments
from ..console import Console
from ..run.run import serve
from ..stage import settings_of
from ..world import World
from . import building

OPTIONS = (
    building.ENV,
    *building.FLAGS,
    click.option("--port", type=PORT, default=8080, show_default=True, help="Where to listen, on 127.0.0.1."),
    click.option(
        "--debug",
        type=PORT,
        is_flag=False,
        flag_value=5678,
        metavar="[PORT]",
        help="Wait for a debugger there: debugpy, on 5678 if no port is named.",
    ),
)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Build, and serve until interrupted."""
    settings = settings_of(arguments, world, offline=True)
    return serve(
        building.package_for_here(arguments, settings),
        settings,
        building.spec_of(settings),
        port=arguments.port,
        debug=arguments.debug,
        environ=world.environ,
        out=world.stderr,
    )
