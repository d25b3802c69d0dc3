"""Powertools for AWS Lambda (https://docs.powertools.aws.dev/lambda/python/latest/), its HTTP API resolver."""

import logging
import random
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from meditations import MEDITATIONS  # type: ignore[import-not-found]

log = logging.getLogger("function")
app = APIGatewayHttpResolver()


def meditate() -> dict[str, str]:
    log.info("meditating on request %s", app.lambda_context.aws_request_id)
    return {"status": "success", "meditation": random.choice(MEDITATIONS)}


app.post("/")(meditate)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)  # type: ignore[no-any-return]
