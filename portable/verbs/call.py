"""`portable call`: one request or event through the shim and the front door of any platform, without a server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ..deploying.arguments import complete_functions, read_data, stack_option
from ..deploying.errors import BadSettings
from ..deploying.world import World
from ..emulators.deliveries import PAYLOAD, kind_of
from ..emulators.errors import Unavailable
from ..emulators.messages import Pairs
from ..emulators.registry import EMULATORS, emulators
from ..project.environment import environment
from ..project.functions import Function, find
from ..testing.requests import to_json, to_request
from .answers import Answers, Outcome
from .replay import complete_platforms


@click.command("call", epilog=f"Platforms: all, {', '.join(EMULATORS)}; aws_lambda is its REST API.")
@click.argument("target", nargs=-1, metavar="[FUNCTION] [/PATH]", shell_complete=complete_functions)
@click.option("-X", "--request", "method", metavar="METHOD", help="[GET, with -d POST]")
@click.option("-d", "--data", metavar="DATA", help="The body, or an event; @FILE or - reads it.")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'")
@click.option(
    "--platform",
    "platforms",
    multiple=True,
    default=["wsgi"],
    metavar="NAME",
    show_default=True,
    shell_complete=complete_platforms,
)
@click.option("--event", "is_event", is_flag=True, help="DATA is an event, though it looks like none.")
@click.option("-i", "--include", is_flag=True, help="Print the status and the headers too.")
@click.option("-f", "--fail", is_flag=True, help="Exit code 1 for a status from 400 on.")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object.")
@stack_option
@click.pass_obj
def command(
    world: World,
    /,
    *,
    target: Sequence[str],
    method: str | None,
    data: str | None,
    headers: Sequence[str],
    platforms: Sequence[str],
    is_event: bool,
    include: bool,
    fail: bool,
    is_json: bool,
    stack: Path,
) -> int:
    """Call FUNCTION once, as a platform would, in its own environment.

    DATA is sent as JSON if it is JSON, else as a form, unless a header says otherwise. What has the shape of an event
    (SQS, SNS, S3, Kinesis, DynamoDB, EventBridge, a CloudEvent, a timer) is delivered as one, if neither a method nor a
    path nor a header is given.

    Of several platforms each answer is a line, and exit code 1 says that they differ.
    """
    named, path = _split(target)
    found = _emulators(platforms)
    function = find(named, stack, world.environ)
    body = None if data is None else read_data(data, world)
    event = None if body is None or method or path or headers else _json(body)
    if is_event and event is None:
        raise BadSettings("--event takes an event, which is JSON, by -d, and neither a method nor a path nor a header")
    if event is not None and (is_event or kind_of(event) != PAYLOAD):
        asked: dict[str, Any] = {"event": event}
    else:
        asked = {"request": _request(method, path, _pairs(headers), body)}
    outcomes = _outcomes({**asked, "platforms": found}, function, stack, world)
    if isinstance(outcomes, int):
        return outcomes
    return Answers(outcomes, world, include=include, fail=fail).show(is_json=is_json)


def _split(target: Sequence[str]) -> tuple[str | None, str]:
    """Return the function's name and the path, of which each may be left out."""
    paths = [one for one in target if one.startswith("/")]
    names = [one for one in target if not one.startswith("/")]
    if len(paths) > 1 or len(names) > 1:
        raise BadSettings(f"{' '.join(target)}: it takes one FUNCTION and one PATH, which begins with /")
    return next(iter(names), None), next(iter(paths), "")


def _emulators(names: Sequence[str]) -> list[str]:
    try:
        return emulators(names)
    except Unavailable as error:
        raise BadSettings(str(error)) from None


def _json(body: bytes) -> Any:
    """Return the value of a body that is JSON; None if it is not."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def _pairs(headers: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [(name.strip(), value.strip()) for name, _, value in (one.partition(":") for one in headers)]
    if wrong := [one for one, (name, _) in zip(headers, pairs, strict=True) if ":" not in one or not name]:
        raise BadSettings(f"-H {wrong[0]!r}: a header is NAME: VALUE")
    return pairs


def _request(method: str | None, path: str, headers: Pairs, body: bytes | None) -> dict[str, Any]:
    if body and not any(name.lower() == "content-type" for name, _ in headers):
        form = "application/x-www-form-urlencoded"
        headers = [*headers, ("Content-Type", form if _json(body) is None else "application/json")]
    return to_json(to_request(method or ("GET" if body is None else "POST"), path, headers=headers, content=body))


def _outcomes(asked: dict[str, Any], function: Function, stack: Path, world: World) -> list[Outcome] | int:
    """Return what came of it on each platform, or the exit code of what could not ask them."""

    def say(line: str) -> None:
        print(line, file=world.stderr, flush=True)

    line = environment(function, world, say=say).with_tool("-m", "portable.testing")
    told = json.dumps({**asked, "function": str(function.folder), "stack": str(stack.absolute())})
    ran = subprocess.run(line, input=told.encode(), stdout=subprocess.PIPE, env=dict(world.environ), check=False)
    return ran.returncode or json.loads(ran.stdout)
