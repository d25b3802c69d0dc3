"""What each front door makes of a request: the event that it sends to Lambda. Pure.

This machine's address stands where a custom domain would: no stage is in front of the path, and links work.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias
from urllib.parse import parse_qsl, unquote

from .routes import Route

Pairs: TypeAlias = Sequence[tuple[str, str]]
_HOP_BY_HOP = {"connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}


class Names(Protocol):
    """What events tell of the function: its name, and the account, the region and the stage that it is in."""

    @property
    def base(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def stage(self) -> str: ...
    def arn(self, service: str, resource: str) -> str: ...


class Request(NamedTuple):
    """An HTTP request as it came; `target` is the path and the query, `headers` have the spelling of the caller."""

    method: str
    target: str
    headers: Pairs
    body: bytes
    client_ip: str
    request_id: str
    trace_id: str

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def header(self, name: str) -> str:
        """Return the last value of a header, by its name in lower case; "" if there is none."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")


def rest_event(request: Request, route: Route, names: Names) -> dict[str, Any]:
    """Return what API Gateway REST sends: the path encoded, the query decoded, every map twice.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    headers = _forwarded(request)
    pairs = parse_qsl(request.query, keep_blank_values=True)
    return {
        "resource": route.resource,
        "path": request.path,
        "httpMethod": request.method,
        "headers": dict(headers),
        "multiValueHeaders": _multi(headers),
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": _multi(pairs) or None,
        "pathParameters": dict(route.parameters) or None,
        "stageVariables": None,
        "requestContext": _rest_context(request, route, names),
        # the deployer declares every media type as binary, so that bytes arrive as they were sent
        **_body(request, is_base64=True, absent={"body": None}),
    }


def http_event(request: Request, route: Route, names: Names) -> dict[str, Any]:
    """Return what an HTTP API sends: payload 2.0, the path decoded, cookies apart, what is absent left out.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    # a %3F is decoded before the path is cut there
    path = unquote(request.path, errors="replace").partition("?")[0]
    return _payload_2(request, route, path, _context_2(request, route, path, request.header("host"), names))


def url_event(request: Request, route: Route, names: Names) -> dict[str, Any]:
    """Return what a Function URL sends: payload 2.0, but the path encoded, and the cookies as a header too.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    # by this domain the shim knows the door, so it cannot be this machine's address
    domain = f"local.lambda-url.{names.region}.on.aws"
    context = _context_2(request, route, unquote(request.path, errors="replace"), domain, names)
    event = _payload_2(request, route, request.path, context)
    if "cookies" in event:
        event["headers"]["cookie"] = "; ".join(event["cookies"])
    return event


def _rest_context(request: Request, route: Route, names: Names) -> dict[str, Any]:
    return {
        "accountId": names.account,
        "apiId": "local",
        "domainName": request.header("host"),
        "domainPrefix": "local",
        "extendedRequestId": request.request_id,
        "httpMethod": request.method,
        "identity": {"sourceIp": request.client_ip, "userAgent": request.header("user-agent") or None},
        "path": request.path,
        "protocol": "HTTP/1.1",
        "requestId": request.request_id,
        "requestTime": _clf_time(),
        "requestTimeEpoch": int(time.time() * 1000),
        "resourceId": "local",
        "resourcePath": route.resource,
        "stage": names.stage,
    }


def _payload_2(request: Request, route: Route, path: str, context: Mapping[str, Any]) -> dict[str, Any]:
    headers = _forwarded(request)
    cookies = [value for name, value in headers if name.lower() == "cookie"]
    kept = _multi([(name.lower(), value) for name, value in headers if name.lower() != "cookie"])
    pairs = _multi(parse_qsl(request.query, keep_blank_values=True))
    event = {
        "version": "2.0",
        "routeKey": route.resource,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": {name: ",".join(values) for name, values in kept.items()},
        "requestContext": context,
        **_body(request, is_base64=not _is_text(request.header("content-type")), absent={}),
    }
    if cookies:
        event["cookies"] = [part.strip() for header in cookies for part in header.split(";")]
    if pairs:
        event["queryStringParameters"] = {name: ",".join(values) for name, values in pairs.items()}
    return event


def _context_2(request: Request, route: Route, path: str, domain: str, names: Names) -> dict[str, Any]:
    http = {
        "method": request.method,
        "path": path,
        "protocol": "HTTP/1.1",
        "sourceIp": request.client_ip,
        "userAgent": request.header("user-agent"),
    }
    return {
        "accountId": names.account,
        "apiId": "local",
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "http": http,
        "requestId": request.request_id,
        "routeKey": route.resource,
        "stage": "$default",
        "time": _clf_time(),
        "timeEpoch": int(time.time() * 1000),
    }


def _forwarded(request: Request) -> list[tuple[str, str]]:
    """Return the headers with those that AWS adds. It takes HTTPS alone, so that is the protocol it tells."""
    ours = {"x-forwarded-port", "x-forwarded-proto", "x-amzn-trace-id", "x-forwarded-for"}
    before = request.header("x-forwarded-for")
    return [
        *((name, value) for name, value in request.headers if name.lower() not in ours | _HOP_BY_HOP),
        ("X-Amzn-Trace-Id", request.trace_id),
        ("X-Forwarded-For", f"{before}, {request.client_ip}" if before else request.client_ip),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ]


def _body(request: Request, *, is_base64: bool, absent: Mapping[str, Any]) -> dict[str, Any]:
    if not request.body:
        return {**absent, "isBase64Encoded": False}
    if not is_base64:
        try:
            return {"body": request.body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def _is_text(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type.startswith("text/") or media_type in (
        "application/json",
        "application/javascript",
        "application/xml",
    )


def _multi(pairs: Pairs) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _clf_time() -> str:
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
