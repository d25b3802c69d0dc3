"""The front doors, each as what it does with a request, a result and a failure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from platforms.aws_lambda import limits

from ..messages import Reply
from . import checks, events, load_balancer, replies, routes
from .received import Api, Names, Received
from .replies import message
from .routes import Route


@dataclass(frozen=True)
class Door:
    """One front door. `limit_s` is how long it waits for the function, whatever the function's own limit is."""

    to_native: Callable[[Received, Route, Names, Api], Mapping[str, Any]]
    to_reply: Callable[[bytes], Reply]
    check: Callable[[Any], None]
    failed: Reply
    timed_out: Reply
    too_large: Reply
    limit_s: float | None
    limit_bytes: int
    has_routes: bool = False

    def route(self, request: Received, spec: Mapping[str, Any]) -> Route | None:
        """Return where a request goes; None if the door has no such path and method."""
        return routes.route_of(spec, request.method, request.path) if self.has_routes else routes.DEFAULT

    def from_native(self, result: bytes, *, is_strict: bool = False) -> Reply:
        """Return what the caller gets for a result. Raises Malformed if the door takes none such.

        If `is_strict`, also where the door would take it and lose something: see checks.py.
        """
        reply = self.to_reply(result)
        if is_strict:
            self.check(json.loads(result))
        return reply


# a path or method that the API has not:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
UNKNOWN = message(403, "Missing Authentication Token")
_BAD_GATEWAY = Reply(502, [("content-type", "text/plain")], b"Internal Server Error")
_ALB_FAILED = Reply(502, [("content-type", "text/html")], b"<h1>502 Bad Gateway</h1>")

DOORS: Mapping[str, Door] = {
    "rest": Door(
        events.rest_event,
        replies.rest_reply,
        checks.check_payload_1,
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
        checks.check_payload_2,
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
        checks.check_payload_2,
        failed=_BAD_GATEWAY,
        timed_out=_BAD_GATEWAY,
        too_large=message(413, "Request Entity Too Large"),
        limit_s=None,
        limit_bytes=limits.MAX_PAYLOAD_BYTES,
    ),
}
"""The doors that the deployer makes, by the names that its settings have for them."""

HTTP_V1 = replace(
    DOORS["http"], to_native=events.http_v1_event, to_reply=replies.http_v1_reply, check=checks.check_payload_1
)
"""An HTTP API whose integration has payload 1.0."""

LOAD_BALANCER = Door(
    load_balancer.alb_event,
    replies.alb_reply,
    checks.check_alb,
    failed=_ALB_FAILED,
    timed_out=_ALB_FAILED,
    too_large=Reply(413, [("content-type", "text/html")], b"<h1>413 Request Entity Too Large</h1>"),
    limit_s=None,
    limit_bytes=limits.ALB_MAX_PAYLOAD_BYTES,
)
LOAD_BALANCER_MULTI = replace(
    LOAD_BALANCER,
    to_native=load_balancer.alb_multi_event,
    to_reply=replies.alb_multi_reply,
    check=checks.check_alb_multi,
)
"""A load balancer whose target group has multi-value headers on."""
