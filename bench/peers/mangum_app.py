"""Mangum (https://mangum.fastapiexpert.com) over a bare ASGI app."""

import json
import logging
import random
from typing import Any

from mangum import Mangum
from meditations import MEDITATIONS  # type: ignore[import-not-found]

log = logging.getLogger("function")


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    log.info("meditating on request %s", scope["aws.context"].aws_request_id)
    if scope["method"] != "POST":
        await _reply(send, 405, {"status": "error", "error": f"{scope['method']} is not allowed"})
    else:
        await _reply(send, 200, {"status": "success", "meditation": random.choice(MEDITATIONS)})


async def _reply(send: Any, status: int, body: dict[str, str]) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


lambda_handler = Mangum(application, lifespan="off")
