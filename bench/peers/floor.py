"""The floor: the same work by hand, for HTTP API 2.0 alone."""

import json
import logging
import random
from typing import Any

MEDITATIONS = (
    "off to a regex/",
    "the count of machines abides",
    "you wouldn't fax a bat",
    "HAZARDOUS CHEMICALS + RKELLY",
    "your solution requires a blood eagle",
    "testing is broken because I'm lazy",
    "did u mention banana cognac shower",
)
log = logging.getLogger("function")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    log.info("meditating on request %s", context.aws_request_id)
    method = event["requestContext"]["http"]["method"]
    if method != "POST":
        return _reply(405, {"status": "error", "error": f"{method} is not allowed: POST for a meditation"})
    return _reply(200, {"status": "success", "meditation": random.choice(MEDITATIONS)})


def _reply(status: int, body: dict[str, str]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
