"""Serve the built zip here, in AWS's own runtime client behind a front door like AWS's."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from platforms.command_line import port

from ..console import Console
from ..run.run import serve
from ..stage import settings_of
from ..world import World
from . import building


def add_arguments(parser: ArgumentParser) -> None:
    """Add where to listen, and the debugger."""
    building.add_environment(parser)
    parser.add_argument("--port", type=port, default=8080, help="default 8080, on 127.0.0.1")
    parser.add_argument(
        "--debug",
        type=port,
        nargs="?",
        const=5678,
        metavar="PORT",
        help="wait for a debugger there (debugpy; default 5678)",
    )


def run(arguments: Namespace, world: World, console: Console) -> int:
    """Build, and serve until interrupted."""
    settings = settings_of(arguments, world, offline=True)
    return serve(
        building.package_for_here(settings),
        settings,
        building.spec_of(settings),
        port=arguments.port,
        debug=arguments.debug,
        environ=world.environ,
        out=world.stderr,
    )
