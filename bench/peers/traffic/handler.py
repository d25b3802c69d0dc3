"""What the benches of the gateway call: the path says what it does, and every answer which process gave it."""

import asyncio
import os
import time
from collections.abc import Awaitable
from pathlib import Path
from uuid import uuid4

from platforms import Context, Event, Response

WHO = f"{os.getpid()} {uuid4().hex}"
PIECE = bytes(range(250)) * 4000  # 1 MB
RUNS = Path(__file__).with_name("runs.log")


def handle(event: Event, context: Context) -> str | Response | Awaitable[str]:
    action, _, argument = event.path.strip("/").partition("/")
    if action == "slow":
        return slow(float(argument))
    if action == "noted":
        note(context.request_id)
        return slow(float(argument), context.request_id)
    if action == "fail":
        note(context.request_id)
        status, _, after_s = argument.partition("/")
        return Response("", int(status), {"Retry-After": after_s} if after_s else {})
    if action == "up":
        return str(len(event.body))
    if action == "down":
        return Response((PIECE for _ in range(int(argument))), 200, {"Content-Type": "application/octet-stream"})
    return WHO


def note(call_id: str) -> None:
    with RUNS.open("a", encoding="utf-8") as runs:
        runs.write(f"{call_id} {time.monotonic()}\n")


async def slow(seconds: float, answer: str = WHO) -> str:
    await asyncio.sleep(seconds)
    return answer
