"""`portable serve`: serve one function over HTTP, and again when its files change."""

from __future__ import annotations

from pathlib import Path

import click

from ..deploying.arguments import PORT, complete_functions, function_argument, stack_option
from ..deploying.errors import BadSettings
from ..deploying.world import World
from ..serving.local import LocalServer

_COUNT = click.IntRange(1)


@click.command("serve")
@function_argument
@click.option(
    "--function", "named", metavar="NAME|DIR", shell_complete=complete_functions, help="The same as FUNCTION."
)
@stack_option
@click.option("--platform", type=click.Choice(["wsgi", "openfaas"]), default="wsgi", help="Whose server it is [wsgi].")
@click.option("--host", metavar="ADDRESS", help="Address to bind (HOST) [127.0.0.1].")
@click.option("--port", type=PORT, help="Port to listen on (PORT) [8080].")
@click.option("--server", type=click.Choice(["waitress", "granian"]), help="In place of the platform's own.")
@click.option("--threads", type=_COUNT, help="Handlers that run at a time.")
@click.option("--max-body-mb", type=_COUNT, help="A larger request is answered 413.")
@click.option("--debug", is_flag=True, help="Serve it under debugpy, and not again when files change.")
@click.option("--debug-port", type=PORT, default=5678, show_default=True, envvar="DEBUG_PORT")
@click.option("--debug-wait", is_flag=True, envvar="DEBUG_WAIT", help="Serve once a debugger is there.")
@click.pass_obj
def command(
    world: World,
    /,
    *,
    function: str | None,
    named: str | None,
    stack: Path,
    platform: str,
    debug: bool,
    debug_port: int,
    debug_wait: bool,
    **options: object,
) -> int:
    """Serve FUNCTION at /, in an environment of its own, and again when a file of it changes.

    FUNCTION is its name in the stack file, or its folder; where there is only one it may be left out.
    """
    if function and named:
        raise BadSettings(f"{function} and --function {named} are two functions: name one")
    given = {name: value for name, value in options.items() if value is not None}
    arguments = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    server = LocalServer(world, function or named, stack, platform, arguments)
    if debug:
        server.debug(debug_port, waits=debug_wait)
    return server.run()
