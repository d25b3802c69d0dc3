"""What the benches of the gateway call: the path says what it does, and every answer which process gave it."""

import asyncio
import os
from collections.abc import Awaitable
from uuid import uuid4

from platforms import Context, Event, Response

WHO = f"{os.getpid()} {uuid4().hex}"
PIECE = bytes(range(250)) * 4000  # 1 MB


def handle(event: Event, context: Context) -> str | Response | Awaitable[str]:
    action, _, argument = event.path.strip("/").partition("/")
    if action == "slow":
        return slow(float(argument))
    if action == "up":
        return str(len(event.body))
    if action == "down":
        return Response((PIECE for _ in range(int(argument))), 200, {"Content-Type": "application/octet-stream"})
    return WHO


async def slow(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return WHO
