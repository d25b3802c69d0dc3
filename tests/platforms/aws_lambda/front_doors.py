"""AWS's front doors, played strictly: a neutral request to the event each would send, and its reply back.

Each is what the golden events in `events/` show. A reply that the real door answers with 502 raises MalformedReply.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from platforms.aws_lambda.limits import ALB_MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES
from tests.conformance import Reply, Request

EXECUTE_API = "abc123.execute-api.eu-west-1.amazonaws.com"
FUNCTION_URL = "abc123.lambda-url.eu-west-1.on.aws"
REST_KEYS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
V2_KEYS = {"statusCode", "headers", "cookies", "body", "isBase64Encoded"}
ALB_KEYS = {"statusCode", "statusDescription", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
_HTTP_API = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"
_REST_API = "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html"
_FUNCTION_URL = "https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html"
_ALB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html"
_LIMITS = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"


class MalformedReply(Exception):
    """The front door would answer 502 in the function's place."""


class TooLarge(Exception):
    """The front door answers 413 itself: the function is never called."""


class FrontDoor(NamedTuple):
    """One way into Lambda: its name, its pair of translations and what it cannot carry."""

    name: str
    to_event: Any
    from_reply: Any
    limits: Mapping[str, str]
    reply_limit_bytes: int


def rest_event(request: Request) -> dict[str, Any]:
    """Return what API Gateway REST sends: path encoded, query decoded, every header twice."""
    path, query = _split(request.target)
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": request.method,
        "headers": dict(request.headers) or None,
        "multiValueHeaders": _multi(list(request.headers)) or None,
        "queryStringParameters": dict(_decoded(query)) or None,
        "multiValueQueryStringParameters": _multi(_decoded(query)) or None,
        "pathParameters": {"proxy": path.removeprefix("/")},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/{proxy+}",
            "httpMethod": request.method,
            "path": f"/dev{path}",
            "stage": "dev",
            "domainName": EXECUTE_API,
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": "192.0.2.1"},
            "protocol": "HTTP/1.1",
        },
        **_body(request, None),
    }


def http_v1_event(request: Request) -> dict[str, Any]:
    """Return what an HTTP API with payload 1.0 sends: the path decoded, the stage in front of it."""
    event = rest_event(request)
    event["version"] = "1.0"
    event["path"] = "/dev" + unquote(event["path"], errors="replace")
    event["requestContext"]["path"] = event["path"]
    return event


def http_v2_event(request: Request) -> dict[str, Any]:
    """Return what an HTTP API with payload 2.0 sends: decoded path with the stage, cookies apart, no null."""
    path, query = _split(request.target)
    cookies = [value for name, value in request.headers if name.lower() == "cookie"]
    headers = _joined([pair for pair in request.headers if pair[0].lower() != "cookie"])
    raw_path = "/dev" + unquote(path, errors="replace")
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": raw_path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": _v2_context(request, EXECUTE_API, "dev", raw_path),
        **_body(request),
    }
    if cookies:
        event["cookies"] = [part.strip() for header in cookies for part in header.split(";")]
    return event


def function_url_event(request: Request) -> dict[str, Any]:
    """Return what a Function URL sends: as 2.0, the path encoded, the cookies both apart and as a header."""
    event = http_v2_event(request)
    path, _ = _split(request.target)
    event["rawPath"] = path
    event["requestContext"] = _v2_context(request, FUNCTION_URL, "$default", unquote(path, errors="replace"))
    if "cookies" in event:
        event["headers"]["cookie"] = "; ".join(event["cookies"])
    return event


def alb_event(request: Request) -> dict[str, Any]:
    """Return what a load balancer sends with multi-value headers off: the last of each name, nothing decoded.

    Raises TooLarge for a body over 1 MB.
    """
    if len(request.body) > 2**20:
        raise TooLarge(f"{len(request.body)} bytes: {_ALB}")
    path, query = _split(request.target)
    headers = [(name.lower(), value) for name, value in request.headers]
    headers += [
        ("host", "lb.example.com"),
        ("x-forwarded-for", "203.0.113.9, 192.0.2.1"),
        ("x-forwarded-proto", "https"),
    ]
    pairs = [part.partition("=")[::2] for part in query.split("&") if part]
    return {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1"}},
        "httpMethod": request.method,
        "path": path,
        "queryStringParameters": dict(pairs),
        "headers": dict(headers),
        **_body(request, ""),
    }


def alb_multi_event(request: Request) -> dict[str, Any]:
    """Return what a load balancer sends with multi-value headers on: only the multi maps."""
    event = alb_event(request)
    _, query = _split(request.target)
    headers = [(name.lower(), value) for name, value in request.headers]
    headers += [
        (name, value) for name, value in event.pop("headers").items() if name.startswith(("host", "x-forwarded"))
    ]
    event.pop("queryStringParameters")
    event["multiValueHeaders"] = _multi(headers)
    event["multiValueQueryStringParameters"] = _multi([part.partition("=")[::2] for part in query.split("&") if part])
    return event


def from_rest(reply: Any, event: Any) -> Reply:
    """Return what REST sends to the client; its keys are the only ones it takes."""
    _demand(isinstance(reply, dict) and set(reply) <= REST_KEYS, f"malformed Lambda proxy response: {reply!r:.200}")
    headers = {name.lower(): [value] for name, value in (reply.get("headers") or {}).items()}
    headers |= {name.lower(): values for name, values in (reply.get("multiValueHeaders") or {}).items()}
    return _reply(reply, [(name, value) for name, values in headers.items() for value in values])


def from_remapping_rest(reply: Any, event: Any) -> Reply:
    """Return what REST sends, with the headers that it renames: Content-Length among them."""
    sent = from_rest(reply, event)
    return Reply(sent.status, [(_REMAPPED.get(name, name), value) for name, value in sent.headers], sent.body)


def from_v2(reply: Any, event: Any) -> Reply:
    """Return what the 2.0 payload becomes: a value without statusCode would be the JSON of a 200."""
    _demand(isinstance(reply, dict) and "statusCode" in reply and set(reply) <= V2_KEYS, f"not ours: {reply!r:.200}")
    headers = [(name.lower(), value) for name, value in (reply.get("headers") or {}).items()]
    _demand(len(dict(headers)) == len(headers), "of two spellings of a header's name one is lost")
    return _reply(reply, headers + [("set-cookie", cookie) for cookie in reply.get("cookies", ())])


def from_alb(reply: Any, event: Any) -> Reply:
    """Return what the load balancer sends: it reads only the header map that its target group is set to."""
    _demand(isinstance(reply, dict) and set(reply) <= ALB_KEYS and isinstance(reply["statusCode"], int), "502")
    _demand(reply["statusDescription"].startswith(f"{reply['statusCode']} "), "statusDescription is '200 OK'")
    _demand(len(json.dumps(reply)) <= 2**20, "413: over 1 MB")
    if "multiValueHeaders" in event:
        pairs = [(name, value) for name, values in reply["multiValueHeaders"].items() for value in values]
    else:
        pairs = list(reply["headers"].items())
    return _reply(reply, [(name.lower(), value) for name, value in pairs])


@dataclass(frozen=True)
class Invocation:
    """Lambda's context object, as its own runtime client makes it."""

    aws_request_id: str = "8a7f2e54-0000-4000-8000-000000000001"
    function_name: str = "meditations"
    remaining_ms: int = 3000

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left."""
        return self.remaining_ms


def _reply(reply: dict[str, Any], headers: list[tuple[str, str]]) -> Reply:
    body = reply.get("body", "")
    _demand(isinstance(body, str), "the body must be a string")
    _demand(all(isinstance(value, str) for _, value in headers), "header values must be strings")
    if reply.get("isBase64Encoded"):
        _demand("\n" not in body, "base64 must be one line")
        return Reply(reply["statusCode"], headers, base64.b64decode(body, validate=True))
    return Reply(reply["statusCode"], headers, body.encode())


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise MalformedReply(what)


def _split(target: str) -> tuple[str, str]:
    path, _, query = target.partition("?")
    return path, query


def _decoded(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _multi(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    return {name: ",".join(values) for name, values in _multi([(name.lower(), value) for name, value in pairs]).items()}


def _v2_context(request: Request, domain: str, stage: str, path: str) -> dict[str, Any]:
    http = {"method": request.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}
    return {"http": http, "domainName": domain, "stage": stage, "requestId": "JKJaXmPLvHcESHA=", "timeEpoch": 1}


def _body(request: Request, *absent: Any) -> dict[str, Any]:
    """Return the body keys; `absent` is what stands for no body (nothing: the key is left out)."""
    if not request.body:
        return {**({"body": absent[0]} if absent else {}), "isBase64Encoded": False}
    content_type = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    is_text = content_type.startswith("text/") or content_type.split(";")[0] in (
        *("application/json", "application/javascript", "application/xml"),
        "application/x-www-form-urlencoded",
    )
    if is_text and "charset" not in content_type:
        return {"body": request.body.decode(), "isBase64Encoded": False}
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


_BUFFERED = {
    "stream": f"the managed Python runtime buffers replies: {_LIMITS}",
    "chunked": f"the front door buffers the request: {_LIMITS}",
}
_DECODED_PATH = {
    "raw_path": f"the gateway decodes the path: {_HTTP_API}",
    "question_in_path": f"the gateway decodes %3F and cuts the path there: {_HTTP_API}",
    "malformed_path": f"the gateway decodes the path and answers a malformed one itself: {_HTTP_API}",
}
_DECODED_QUERY = dict.fromkeys(
    ("raw_query", "malformed_query"), f"the event has the query as decoded maps: {_REST_API}"
)
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
_REMAPPED = {
    name: f"x-amzn-remapped-{name}" for name in ("content-length", "date", "server", "www-authenticate", "connection")
}
_RENAMED = {
    "head_length": "the gateway renames Content-Length to X-Amzn-Remapped-Content-Length: "
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html"
}
_ONE_VALUE = {
    "repeated_query": f"multi-value headers off: the last value wins: {_ALB}",
    "repeated_headers": f"multi-value headers off: the last value wins: {_ALB}",
}
_ALB_LIMITS = {
    "raw_query": f"the event has the query as maps, in which ?a and ?a= are the same: {_ALB}",
    "body_5_mb": f"a load balancer's request to Lambda is {ALB_MAX_PAYLOAD_BYTES // 2**20} MB at most: {_ALB}",
}

FRONT_DOORS = [
    FrontDoor("rest", rest_event, from_remapping_rest, {**_BUFFERED, **_DECODED_QUERY, **_RENAMED}, MAX_PAYLOAD_BYTES),
    FrontDoor("http-v1", http_v1_event, from_rest, {**_BUFFERED, **_DECODED_QUERY, **_DECODED_PATH}, MAX_PAYLOAD_BYTES),
    FrontDoor("http-v2", http_v2_event, from_v2, {**_BUFFERED, **_DECODED_PATH}, MAX_PAYLOAD_BYTES),
    FrontDoor("function-url", function_url_event, from_v2, _BUFFERED, MAX_PAYLOAD_BYTES),
    FrontDoor("alb", alb_event, from_alb, {**_BUFFERED, **_ONE_VALUE, **_ALB_LIMITS}, ALB_MAX_PAYLOAD_BYTES),
    FrontDoor("alb-multi", alb_multi_event, from_alb, {**_BUFFERED, **_ALB_LIMITS}, ALB_MAX_PAYLOAD_BYTES),
]
