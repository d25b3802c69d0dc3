"""The front doors, each as what it does with a request, a result and a failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from platforms.aws_lambda import limits

from . import events, replies, routes
from .events import Names, Request
from .replies import Reply, message
from .routes import Route


@dataclass(frozen=True)
class Door:
    """One front door. `limit_s` is how long it waits for the function, whatever the function's own limit is."""

    to_event: Callable[[Request, Route, Names], Mapping[str, Any]]
    to_reply: Callable[[bytes], Reply]
    failed: Reply
    timed_out: Reply
    too_large: Reply
    limit_s: float | None
    limit_bytes: int
    has_routes: bool = False

    def route(self, request: Request, spec: Mapping[str, Any]) -> Route | None:
        """Return where a request goes; None if the door has no such path and method."""
        return routes.route_of(spec, request.method, request.path) if self.has_routes else routes.DEFAULT


# a path or method that the API has not:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
UNKNOWN = message(403, "Missing Authentication Token")
_BAD_GATEWAY = Reply(502, [("content-type", "text/plain")], b"Internal Server Error")

DOORS: Mapping[str, Door] = {
    "rest": Door(
        events.rest_event,
        replies.rest_reply,
        failed=message(502, "Internal server error"),
        timed_out=message(504, "Endpoint request timed out"),
        too_large=message(413, "Request Too Long"),
        limit_s=limits.REST_TIMEOUT_S,
        limit_bytes=limits.API_MAX_REQUEST_BYTES,
        has_routes=True,
    ),
    "http": Door(
        events.http_event,
        replies.payload_2_reply,
        failed=message(500, "Internal Server Error"),
        timed_out=message(503, "Service Unavailable"),
        too_large=message(413, "Request Entity Too Large"),
        limit_s=limits.HTTP_TIMEOUT_S,
        limit_bytes=limits.API_MAX_REQUEST_BYTES,
    ),
    # https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    "url": Door(
        events.url_event,
        replies.payload_2_reply,
        failed=_BAD_GATEWAY,
        timed_out=_BAD_GATEWAY,
        too_large=message(413, "Request Entity Too Large"),
        limit_s=None,
        limit_bytes=limits.MAX_PAYLOAD_BYTES,
    ),
}
