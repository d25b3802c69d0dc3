"""Print the last activations, and what each has logged; the oldest first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import click

from ...deploying.arguments import Arguments, time_s
from ...deploying.errors import BadSettings, DeployError
from ...deploying.world import World
from ..activations import facts_of, line_of
from ..console import Console
from ..target import Target, connect

# https://github.com/apache/openwhisk/blob/master/core/controller/src/main/resources/apiv1swagger.json
_MOST = 200
OPTIONS = (
    click.option(
        "-n",
        "--limit",
        type=click.IntRange(1, _MOST),
        default=10,
        show_default=True,
        metavar="N",
        help="How many.",
    ),
    click.option("--since", type=time_s, metavar="TIME", help="30s, 10m, 2h, 1d."),
    click.option("--activation", metavar="ID", help="This one alone, with its result."),
)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Print the activations, each with its log. Reads only."""
    target = connect(arguments, world, console)
    if arguments.activation:
        found = [_one(target, arguments.activation)]
    else:
        query = {"since": int((world.now() - arguments.since) * 1000)} if arguments.since else {}
        found = target.api.get("activations", name=str(target.name), limit=arguments.limit, **query)[::-1]
    shown = [{**facts_of(one), "logs": _logs(target, one)} | _result(one) for one in found]
    lines = [line for one, facts in zip(found, shown, strict=True) for line in _lines(one, facts)]
    count = f"{len(found)} activation{'' if len(found) == 1 else 's'} of {target.name}"
    console.result("\n".join([*lines, count]), **target.facts, activations=shown)
    return 0


def _one(target: Target, activation_id: str) -> Any:
    if not re.fullmatch("[0-9a-f]{32}", activation_id):
        raise BadSettings(
            f"--activation is {activation_id!r}; it takes the 32 hexadecimal digits of an activation's id"
        )
    found = target.api.find(f"activations/{activation_id}")
    if found is None:
        raise DeployError(f"there is no activation {activation_id}: it is kept for a while only, and once it has ended")
    return found


def _logs(target: Target, activation: Mapping[str, Any]) -> list[str] | None:
    """Return what an activation has logged; None if that is not kept."""
    answer = target.api.find(f"activations/{activation['activationId']}/logs")
    return None if answer is None else [str(line) for line in answer.get("logs") or []]


def _result(activation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result, which the record has and the line in a list has not."""
    return {"result": activation["response"].get("result")} if isinstance(activation.get("response"), dict) else {}


def _lines(activation: Mapping[str, Any], facts: Mapping[str, Any]) -> list[str]:
    logs = ["no log is kept of it"] if facts["logs"] is None else facts["logs"]
    result = [f"result: {facts['result']}"] if "result" in facts else []
    return [line_of(activation), *(f"  {line}" for line in (*logs, *result))]
