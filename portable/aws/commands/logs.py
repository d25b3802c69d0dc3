"""Print the function's log; -f goes on as it grows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from ...deploying.arguments import Arguments, time_s
from ..console import Console
from ..stage import Stage, connect
from ..world import World

_OVERLAP_MS = 30_000
"""How far the log is read again when following: lines come late, and out of order."""


OPTIONS = (
    click.option("-f", "--follow", is_flag=True, help="Go on until interrupted."),
    click.option("--since", type=time_s, default="10m", show_default=True, metavar="TIME", help="30s, 10m, 2h, 1d."),
    click.option("--filter", default="", metavar="PATTERN", help="A CloudWatch Logs filter pattern."),
)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Print one line an event, the oldest first."""
    stage = connect(arguments, world, console)
    is_empty = True
    try:
        for event in _events(stage, arguments):
            is_empty = False
            line = json.dumps(event) if console.json else _readable(event["message"])
            print(line, file=world.stdout, flush=True)
    except KeyboardInterrupt:
        if not arguments.follow:
            raise
    if is_empty and not console.quiet:
        console.warn(f"nothing is in {stage.names.log_group} for this time; --since 1d looks further back")
    return 0


def _events(stage: Stage, arguments: Arguments) -> Iterator[dict[str, Any]]:
    start_ms = int((stage.world.now() - arguments.since) * 1000)
    seen: dict[str, int] = {}
    while True:
        for event in _read(stage, start_ms, arguments.filter):
            if event["eventId"] not in seen:
                seen[event["eventId"]] = event["timestamp"]
                yield event
        if not arguments.follow:
            return
        start_ms = max([start_ms, *(at - _OVERLAP_MS for at in seen.values())])
        seen = {event_id: at for event_id, at in seen.items() if at >= start_ms}
        stage.world.sleep(2)


def _read(stage: Stage, start_ms: int, pattern: str) -> list[dict[str, Any]]:
    params = {"filterPattern": pattern} if pattern else {}
    group = stage.names.log_group
    found = stage.aws.pages("logs", "filter_log_events", "events", logGroupName=group, startTime=start_ms, **params)
    return sorted(found, key=lambda event: event["timestamp"])


def _readable(message: str) -> str:
    """Return a record of Lambda's JSON log as a line of text with its traceback below, anything else as it is."""
    try:
        record = json.loads(message)
        words = [record["timestamp"], record["level"], record.get("requestId"), _said(record.get("message"))]
    except (ValueError, KeyError, TypeError, AttributeError):
        return message.rstrip("\n")
    trace, lines = record.get("stackTrace"), [" ".join(str(word) for word in words if word)]
    if isinstance(trace, list):
        lines += [str(frame).rstrip("\n") for frame in trace]
    if "errorType" in record:
        lines.append(f"{record['errorType']}: {record.get('errorMessage', '')}")
    return "\n".join(lines)


def _said(message: Any) -> str:
    return message.rstrip("\n") if isinstance(message, str) else json.dumps(message) if message else ""
