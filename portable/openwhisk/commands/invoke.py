"""Invoke the action with arguments of your own, as a plain action."""

from __future__ import annotations

import json
from typing import Any

import click

from ...deploying.arguments import Arguments, data_option, read_data
from ...deploying.errors import BadSettings, DeployError
from ...deploying.world import World
from ..activations import facts_of, line_of
from ..answers import ApiError
from ..console import Console
from ..target import Target, again, connect

OPTIONS = (
    data_option("A JSON object"),
    click.option("--no-wait", is_flag=True, help="Print the activation's id, and wait for nothing."),
)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Print the result alone to stdout; what goes with it goes to stderr. Returns 1 for an activation that failed."""
    payload = _payload(arguments.data, world)
    target = connect(arguments, world, console)
    reply = _invoke(target, arguments, payload, blocking=not arguments.no_wait)
    if reply.status == 202:
        return _accepted(reply.payload, arguments, console, has_waited=not arguments.no_wait)
    response = reply.payload.get("response") or {}
    if not arguments.quiet:
        console.warn(line_of(reply.payload))
    result = response.get("result")
    console.result(json.dumps(result, indent=2, ensure_ascii=False), **facts_of(reply.payload), result=result)
    return 0 if response.get("success") is True else 1


def _invoke(target: Target, arguments: Arguments, payload: dict[str, Any], *, blocking: bool) -> Any:
    try:
        return target.api.invoke(target.name.path, payload, blocking=blocking)
    except ApiError as error:
        # an action in a package that does not exist is answered as if the key had no right to it
        if error.status == 404 or (error.status == 403 and target.name.package):
            raise DeployError(f"there is no action {target.name}: `{again(arguments, 'deploy')}` makes it") from None
        raise


def _accepted(payload: Any, arguments: Arguments, console: Console, *, has_waited: bool) -> int:
    """Print the id of an activation that has not ended yet."""
    activation_id = payload.get("activationId") if isinstance(payload, dict) else None
    if has_waited:
        console.warn("it has not ended yet, and OpenWhisk waits no longer; it goes on")
    console.warn(f"next: {again(arguments, 'logs', f'--activation={activation_id}')}")
    console.result(str(activation_id), activation=activation_id, status="accepted")
    return 0


def _payload(data: str, world: World) -> dict[str, Any]:
    """Return the arguments. Raises BadSettings for what is no JSON object: an action takes nothing else."""
    try:
        payload = json.loads(read_data(data, world).decode())
    except ValueError as error:
        raise BadSettings(f"--data is no JSON: {error}") from None
    if not isinstance(payload, dict):
        raise BadSettings(f"--data is a JSON {type(payload).__name__}; an action takes an object, such as {{}}")
    return payload
