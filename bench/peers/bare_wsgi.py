"""The same work as a bare WSGI callable: on waitress itself, and behind apig-wsgi."""

import json
import logging
import random
from collections.abc import Callable, Iterable
from typing import Any

from meditations import MEDITATIONS  # type: ignore[import-not-found]

log = logging.getLogger("function")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    context = environ.get("apig_wsgi.context")
    log.info("meditating on request %s", context.aws_request_id if context else environ.get("HTTP_X_REQUEST_ID"))
    method = environ["REQUEST_METHOD"]
    if method != "POST":
        return _reply(start_response, "405 Method Not Allowed", {"status": "error", "error": f"no {method}: POST"})
    return _reply(start_response, "200 OK", {"status": "success", "meditation": random.choice(MEDITATIONS)})


def _reply(start_response: Callable[..., Any], status: str, body: dict[str, str]) -> Iterable[bytes]:
    data = json.dumps(body).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(data)))])
    return [data]
