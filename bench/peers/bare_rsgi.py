"""A bare granian upstream: nothing of a function's own cost."""

from typing import Any


async def app(scope: Any, protocol: Any) -> None:
    protocol.response_str(200, [("content-type", "text/plain")], "Hello, World!")
