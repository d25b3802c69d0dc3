"""What AWS's load balancer sends to Lambda, in its two modes. Pure.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
"""

from __future__ import annotations

from typing import Any

from ..messages import Pairs
from .events import body_of, forwarded, is_text, multi_value
from .received import CUSTOM_DOMAIN, Api, Names, Received
from .routes import Route


def alb_event(request: Received, route: Route, names: Names, api: Api = CUSTOM_DOMAIN) -> dict[str, Any]:  # noqa: ARG001
    """Return what it sends with multi-value headers off, as they are by default: the last value of each name."""
    return {
        **_event(request, names),
        "queryStringParameters": dict(_parameters(request)),
        "headers": dict(_headers(request)),
    }


def alb_multi_event(request: Received, route: Route, names: Names, api: Api = CUSTOM_DOMAIN) -> dict[str, Any]:  # noqa: ARG001
    """Return what it sends with multi-value headers on: every value of each name, and no other map."""
    return {
        **_event(request, names),
        "multiValueQueryStringParameters": multi_value(_parameters(request)),
        "multiValueHeaders": multi_value(_headers(request)),
    }


def _event(request: Received, names: Names) -> dict[str, Any]:
    group = names.arn("elasticloadbalancing", f"targetgroup/{names.base}/1")
    is_base64 = bool(request.header("content-encoding")) or not is_text(request.header("content-type"))
    return {
        "requestContext": {"elb": {"targetGroupArn": group}},
        "httpMethod": request.method,
        "path": request.path,
        **body_of(request, is_base64=is_base64, absent={"body": ""}),
    }


def _headers(request: Received) -> Pairs:
    return [(name.lower(), value) for name, value in forwarded(request)]


def _parameters(request: Received) -> Pairs:
    # nothing is decoded
    return [part.partition("=")[::2] for part in request.query.split("&") if part]
