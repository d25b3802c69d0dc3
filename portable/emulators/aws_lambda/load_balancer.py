"""AWS's load balancer in front of a function, with multi-value headers off, as they are unless somebody sets them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from platforms.aws_lambda.limits import ALB_MAX_PAYLOAD_BYTES

from .doors import Door
from .events import Names, Request, rest_event, url_event
from .replies import MalformedReply, Reply, payload_2_reply
from .routes import Route


def alb_event(request: Request, route: Route, names: Names) -> dict[str, Any]:
    """Return what a load balancer sends: the last value of each name, and nothing decoded."""
    forwarded: Mapping[str, str] = rest_event(request, route, names)["headers"]
    body = url_event(request, route, names)
    pairs = [part.partition("=")[::2] for part in request.query.split("&") if part]
    group = names.arn("elasticloadbalancing", f"targetgroup/{names.base}/1")
    return {
        "requestContext": {"elb": {"targetGroupArn": group}},
        "httpMethod": request.method,
        "path": request.path,
        "queryStringParameters": dict(pairs),
        "headers": {name.lower(): value for name, value in forwarded.items()},
        "body": body.get("body", ""),
        "isBase64Encoded": body["isBase64Encoded"],
    }


def alb_reply(result: bytes) -> Reply:
    """Return what the load balancer sends: it takes only a result with a status that is a number, up to 1 MB."""
    if len(result) > ALB_MAX_PAYLOAD_BYTES:
        raise MalformedReply(f"{len(result)} bytes of JSON: a load balancer takes {ALB_MAX_PAYLOAD_BYTES // 2**20} MB")
    value = json.loads(result)
    if not isinstance(value, dict) or type(value.get("statusCode")) is not int:
        raise MalformedReply(f"the result is {value!r:.80}: it takes an object whose statusCode is a number")
    return payload_2_reply(result)


_FAILED = Reply(502, [("content-type", "text/html")], b"<h1>502 Bad Gateway</h1>")
LOAD_BALANCER = Door(
    alb_event,
    alb_reply,
    failed=_FAILED,
    timed_out=_FAILED,
    too_large=Reply(413, [("content-type", "text/html")], b"<h1>413 Request Entity Too Large</h1>"),
    limit_s=None,
    limit_bytes=ALB_MAX_PAYLOAD_BYTES,
)
