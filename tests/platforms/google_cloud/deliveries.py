"""What Google delivers to an event function, as HTTP, and what functions-framework makes of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import flask
from cloudevents.http import from_http
from google.cloud.functions.context import Context

from tests.conformance import Request

from .driver import make_request


def to_request(delivery: Mapping[str, Any]) -> Request:
    """Return the request of a golden delivery: its headers, and its body as text or base64."""
    body = base64.b64decode(delivery["body_base64"]) if "body_base64" in delivery else delivery["body"].encode()
    return Request("POST", "/", tuple(delivery["headers"].items()), body)


def to_arguments(request: flask.Request) -> tuple[Any, Any]:
    """Return what the framework makes of it: a CloudEvent and no context, or a background event's data and context."""
    if "ce-specversion" in request.headers or request.mimetype == "application/cloudevents+json":
        return from_http(dict(request.headers), request.get_data()), None
    message = request.get_json()
    return message["data"], Context(**message["context"])


def delivered(delivery: Mapping[str, Any]) -> tuple[flask.Request, tuple[Any, Any]]:
    """Return Flask's request of a golden delivery, and the arguments that the framework makes of it."""
    request = make_request(to_request(delivery))
    return request, to_arguments(request)


def cloud_event(data: Any, **attributes: Any) -> Any:
    """Return a CloudEvent as the framework makes it of one in structured mode."""
    message = {"specversion": "1.0", "id": "1", "type": "moon.full", "source": "//moon", **attributes, "data": data}
    headers = {"content-type": "application/cloudevents+json"}
    return from_http(headers, json.dumps({name: value for name, value in message.items() if value is not None}))
