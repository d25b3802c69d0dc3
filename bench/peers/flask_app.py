"""The same work as a Flask app: on waitress, behind of-watchdog, and behind serverless-wsgi."""

import logging
import random

from flask import Flask, request
from meditations import MEDITATIONS  # type: ignore[import-not-found]

log = logging.getLogger("function")
app = Flask(__name__)


def meditate() -> dict[str, str]:
    context = request.environ.get("serverless.context")
    log.info("meditating on request %s", context.aws_request_id if context else request.headers.get("X-Request-Id"))
    return {"status": "success", "meditation": random.choice(MEDITATIONS)}


app.add_url_rule("/", view_func=meditate, methods=["POST"])
