"""`portable call`: one request or event through the shim and the front door of any platform, without a server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ..deploying.arguments import complete_functions, json_option, read_data, stack_option
from ..deploying.errors import BadSettings
from ..deploying.world import World
from ..emulators.registry import EMULATORS
from .platforms import platforms_option


@click.command("call", epilog=f"Platforms: all, {', '.join(EMULATORS)}; aws_lambda is its REST API.")
@click.argument("target", nargs=-1, metavar="[FUNCTION] [/PATH]", shell_complete=complete_functions)
@click.option("-X", "--request", "method", metavar="METHOD", help="[GET, with -d POST]")
@click.option("-d", "--data", metavar="DATA", help="The body, or an event; @FILE or - reads it.")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'")
@platforms_option("What it goes through", default=["wsgi"], show_default=True)
@click.option("--event", "is_event", is_flag=True, help="DATA is an event, though it looks like none.")
@click.option("-i", "--include", is_flag=True, help="Print the status and the headers too.")
@click.option("-f", "--fail", is_flag=True, help="Exit code 1 for a status from 400 on.")
@json_option
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
    json: bool,
    stack: Path,
) -> int:
    """Call FUNCTION once, as a platform would, in its own environment.

    DATA is sent as JSON if it is JSON, else as a form, unless a header says otherwise. What has the shape of an event
    (SQS, SNS, S3, Kinesis, DynamoDB, EventBridge, a CloudEvent, a timer) is delivered as one, if neither a method nor a
    path nor a header is given.

    Of several platforms each answer is a line, and exit code 1 says that they differ.
    """
    # the help of the whole command needs none of it
    from ..testing.asking import asked
    from ..testing.elsewhere import call
    from .answers import Answers

    named, path = _split(target)
    body = None if data is None else read_data(data, world)
    wanted = asked(method, path, headers, body, is_event=is_event)
    outcomes = call(wanted, named, platforms, stack, world)
    return Answers(outcomes, world, include=include, fail=fail).show(is_json=json)


def _split(target: Sequence[str]) -> tuple[str | None, str]:
    """Return the function's name and the path, of which each may be left out."""
    paths = [one for one in target if one.startswith("/")]
    names = [one for one in target if not one.startswith("/")]
    if len(paths) > 1 or len(names) > 1:
        raise BadSettings(f"{' '.join(target)}: it takes one FUNCTION and one PATH, which begins with /")
    return next(iter(names), None), next(iter(paths), "")
