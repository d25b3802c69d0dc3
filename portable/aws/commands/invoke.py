"""Invoke the live version, or the built zip here, with a payload of your own."""

from __future__ import annotations

import base64
import json

import click

from ...deploying.arguments import Arguments, data_option, read_data
from ...deploying.errors import BadSettings, DeployError
from ..console import Console
from ..names import ALIAS_LIVE
from ..stage import connect, settings_of
from ..world import World
from . import building

OPTIONS = (
    building.ENV,
    data_option("The payload"),
    click.option("--local", is_flag=True, help="In the built zip, here: no call to AWS."),
    click.option("--version", default=ALIAS_LIVE, metavar="N", help="A version's number; live is the one that is."),
)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Print the answer alone to stdout; what goes with it goes to stderr. Returns 1 for a function error."""
    payload = _payload(arguments.data, world)
    answer, failed = (_invoke_local if arguments.local else _invoke)(arguments, world, console, payload)
    console.result(answer, payload=answer, function_error=failed)
    return 1 if failed else 0


def _invoke(arguments: Arguments, world: World, console: Console, payload: bytes) -> tuple[str, bool]:
    stage = connect(arguments, world, console)
    answer = stage.aws.find(
        "lambda",
        "invoke",
        FunctionName=stage.names.base,
        Qualifier=arguments.version,
        Payload=payload,
        LogType="Tail",
    )
    if answer is None:
        is_live = arguments.version == ALIAS_LIVE
        command = stage.names.command("deploy" if is_live else "versions")
        hint = f"`{command}` " + ("makes it" if is_live else "lists those that there are")
        raise DeployError(f"{stage.names.base} has no version {arguments.version!r}; {hint}")
    if not arguments.quiet:
        console.warn(base64.b64decode(answer.get("LogResult", "")).decode(errors="replace").rstrip())
    return answer["Payload"].read().decode(), "FunctionError" in answer


def _invoke_local(arguments: Arguments, world: World, console: Console, payload: bytes) -> tuple[str, bool]:
    from ..run.run import invoke_once

    settings = settings_of(arguments, world, offline=True)
    answer, failed = invoke_once(building.package_for_here(arguments, settings), settings, payload, world.environ)
    return answer.decode(), failed


def _payload(data: str, world: World) -> bytes:
    """Return the payload. Raises BadSettings for what is no JSON: Lambda takes nothing else."""
    payload = read_data(data, world)
    try:
        json.loads(payload)
    except ValueError as error:
        raise BadSettings(f"--data is no JSON: {error}") from None
    return payload
