"""What each front door makes of a request: the event that it sends to Lambda. Pure.

This machine's address stands where a custom domain would: no stage is in front of the path, and links work.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from platforms.encoding import HOP_BY_HOP

from ..messages import Pairs
from .received import CUSTOM_DOMAIN, Api, Names, Received
from .routes import Route

_NOT_FORWARDED = HOP_BY_HOP | {"expect"}


def rest_event(request: Received, route: Route, names: Names, api: Api = CUSTOM_DOMAIN) -> dict[str, Any]:
    """Return what API Gateway REST sends: the path encoded, the query decoded, every map twice.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    staged = _behind(names.stage, request.path) if api.domain else request.path
    context = _context_1(request, route, names, api) | {"path": staged}
    event = _payload_1(request, route, request.path, context)
    # what has no type is JSON: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
    if not request.body or api.is_binary(request.header("content-type") or "application/json"):
        return event | body_of(request, is_base64=True, absent={"body": None})
    return event | {"body": request.body.decode(errors="replace"), "isBase64Encoded": False}


def http_v1_event(request: Received, route: Route, names: Names, api: Api = CUSTOM_DOMAIN) -> dict[str, Any]:
    """Return what an HTTP API with payload 1.0 sends: as REST does, but the path decoded, with the stage before it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    path = _http_path(request, names, api)
    # of the key `GET /a/{id}` the path, and of `$default` all
    route = route._replace(resource=route.resource.partition(" ")[2] or route.resource)
    context = _context_1(request, route, names, api) | {"path": path, "stage": _http_stage(names, api)}
    return {
        "version": "1.0",
        **_payload_1(request, route, path, context),
        **body_of(request, is_base64=not is_text(request.header("content-type")), absent={"body": None}),
    }


def http_event(request: Received, route: Route, names: Names, api: Api = CUSTOM_DOMAIN) -> dict[str, Any]:
    """Return what an HTTP API sends: payload 2.0, the path decoded, cookies apart, what is absent left out.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    path = _http_path(request, names, api)
    domain = api.domain or request.header("host")
    context = _context_2(request, route, path, domain, names) | {"apiId": api.id, "stage": _http_stage(names, api)}
    return _payload_2(request, route, path, context)


def url_event(request: Received, route: Route, names: Names, api: Api = CUSTOM_DOMAIN) -> dict[str, Any]:
    """Return what a Function URL sends: payload 2.0, but the path encoded, and the cookies as a header too.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    # by this domain the shim knows the door, so it cannot be this machine's address
    domain = api.domain or f"local.lambda-url.{names.region}.on.aws"
    context = _context_2(request, route, unquote(request.path, errors="replace"), domain, names)
    context |= {"apiId": api.id, "stage": "$default"}
    event = _payload_2(request, route, request.path, context)
    if "cookies" in event:
        event["headers"]["cookie"] = "; ".join(event["cookies"])
    return event


def _http_path(request: Received, names: Names, api: Api) -> str:
    # a %3F is decoded before the path is cut there
    return _behind(_http_stage(names, api), unquote(request.path, errors="replace").partition("?")[0])


def _http_stage(names: Names, api: Api) -> str:
    return names.stage if api.domain else "$default"


def _behind(stage: str, path: str) -> str:
    return path if stage == "$default" else f"/{stage}{path}"


def _payload_1(request: Received, route: Route, path: str, context: Mapping[str, Any]) -> dict[str, Any]:
    headers = forwarded(request)
    pairs = parse_qsl(request.query, keep_blank_values=True)
    return {
        "resource": route.resource,
        "path": path,
        "httpMethod": request.method,
        "headers": dict(headers),
        "multiValueHeaders": multi_value(headers),
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": multi_value(pairs) or None,
        "pathParameters": dict(route.parameters) or None,
        "stageVariables": None,
        "requestContext": context,
    }


def _context_1(request: Received, route: Route, names: Names, api: Api) -> dict[str, Any]:
    domain = api.domain or request.header("host")
    return {
        "accountId": names.account,
        "apiId": api.id,
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0] if api.domain else "local",
        "extendedRequestId": request.request_id,
        "httpMethod": request.method,
        "identity": {"sourceIp": request.client_ip, "userAgent": request.header("user-agent") or None},
        "protocol": "HTTP/1.1",
        "requestId": request.request_id,
        "requestTime": _clf_time(),
        "requestTimeEpoch": int(time.time() * 1000),
        "resourceId": "local",
        "resourcePath": route.resource,
        "stage": names.stage,
    }


def _payload_2(request: Received, route: Route, path: str, context: Mapping[str, Any]) -> dict[str, Any]:
    headers = forwarded(request)
    cookies = [value for name, value in headers if name.lower() == "cookie"]
    kept = multi_value([(name.lower(), value) for name, value in headers if name.lower() != "cookie"])
    pairs = multi_value(parse_qsl(request.query, keep_blank_values=True))
    event = {
        "version": "2.0",
        "routeKey": route.resource,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": {name: ",".join(values) for name, values in kept.items()},
        "requestContext": context,
        **body_of(request, is_base64=not is_text(request.header("content-type")), absent={}),
    }
    if cookies:
        event["cookies"] = [part.strip() for header in cookies for part in header.split(";")]
    if route.parameters:
        event["pathParameters"] = dict(route.parameters)
    if pairs:
        event["queryStringParameters"] = {name: ",".join(values) for name, values in pairs.items()}
    return event


def _context_2(request: Received, route: Route, path: str, domain: str, names: Names) -> dict[str, Any]:
    http = {
        "method": request.method,
        "path": path,
        "protocol": "HTTP/1.1",
        "sourceIp": request.client_ip,
        "userAgent": request.header("user-agent"),
    }
    return {
        "accountId": names.account,
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "http": http,
        "requestId": request.request_id,
        "routeKey": route.resource,
        "time": _clf_time(),
        "timeEpoch": int(time.time() * 1000),
    }


def forwarded(request: Received) -> list[tuple[str, str]]:
    """Return the headers with those that AWS adds. It takes HTTPS alone, so that is the protocol it tells."""
    ours = {"x-forwarded-port", "x-forwarded-proto", "x-amzn-trace-id", "x-forwarded-for"}
    before = request.header("x-forwarded-for")
    return [
        *((name, value) for name, value in request.headers if name.lower() not in ours | _NOT_FORWARDED),
        ("X-Amzn-Trace-Id", request.trace_id),
        ("X-Forwarded-For", f"{before}, {request.client_ip}" if before else request.client_ip),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ]


def body_of(request: Received, *, is_base64: bool, absent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a body; `absent` are those of none. What is not UTF-8 is base64 in any case."""
    if not request.body:
        return {**absent, "isBase64Encoded": False}
    if not is_base64:
        try:
            return {"body": request.body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def is_text(content_type: str) -> bool:
    """Whether a body of this type is sent as text.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer
    """
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type.startswith("text/") or media_type in (
        "application/json",
        "application/javascript",
        "application/xml",
    )


def multi_value(pairs: Pairs) -> dict[str, list[str]]:
    """Return every value of each name."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _clf_time() -> str:
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
