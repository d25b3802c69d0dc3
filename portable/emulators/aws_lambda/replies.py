"""What each front door makes of a function's result: the HTTP reply, as strictly as the real one. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from platforms.aws_lambda.limits import ALB_MAX_PAYLOAD_BYTES

from ..errors import Malformed
from ..messages import Reply

REST_KEYS = ("statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded")
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
_REMAPPED = {"connection", "content-length", "date", "server", "transfer-encoding", "www-authenticate"}
_OWN = {"connection", "transfer-encoding"}
_JSON = ("content-type", "application/json")


def message(status: int, text: str) -> Reply:
    """Return the reply that API Gateway gives in the function's place."""
    return Reply(status, [_JSON], json.dumps({"message": text}).encode())


def rest_reply(result: bytes) -> Reply:
    """Return what API Gateway REST sends: a result with any key but its own is malformed.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    envelope = _object(result)
    pairs = _headers_1(envelope)
    renamed = [(f"x-amzn-remapped-{name}" if name in _REMAPPED else name, value) for name, value in pairs]
    reply = _reply(envelope, renamed)
    has_type = any(name == "content-type" for name, _ in pairs)
    return reply if has_type else reply._replace(headers=[*reply.headers, _JSON])


def http_v1_reply(result: bytes) -> Reply:
    """Return what an HTTP API sends for a result of payload 1.0, which has REST's keys and no other.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    envelope = _object(result)
    return _reply(envelope, _passed(_headers_1(envelope)))


def payload_2_reply(result: bytes) -> Reply:
    """Return what an HTTP API and a Function URL send: a result without a status is the body of a 200.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    value = _json(result)
    if not isinstance(value, dict) or "statusCode" not in value:
        return Reply(200, [_JSON], value.encode() if isinstance(value, str) else result)
    cookies = value.get("cookies") or []
    if not isinstance(cookies, list):
        raise Malformed(f"cookies are {cookies!r:.80}: it takes a list")
    return _reply(value, [*_passed(_headers(value)), *(("set-cookie", one) for one in cookies)])


def alb_reply(result: bytes) -> Reply:
    """Return what a load balancer sends with multi-value headers off: it reads `headers` alone.

    It takes only a result with a status that is a number, up to 1 MB:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
    """
    envelope = _of_load_balancer(result)
    return _reply(envelope, _passed(_headers(envelope)))


def alb_multi_reply(result: bytes) -> Reply:
    """Return what a load balancer sends with multi-value headers on: it reads `multiValueHeaders` alone."""
    envelope = _of_load_balancer(result)
    pairs = [(name, value) for name, values in _multi_value_headers(envelope) for value in values]
    return _reply(envelope, _passed(pairs))


def _of_load_balancer(result: bytes) -> dict[str, Any]:
    if len(result) > ALB_MAX_PAYLOAD_BYTES:
        raise Malformed(f"{len(result)} bytes of JSON: a load balancer takes {ALB_MAX_PAYLOAD_BYTES // 2**20} MB")
    value = _json(result)
    if not isinstance(value, dict) or type(value.get("statusCode")) is not int:
        raise Malformed(f"the result is {value!r:.80}: it takes an object whose statusCode is a number")
    return value


def _headers_1(envelope: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the headers of payload 1.0, of which those with many values win. Raises Malformed for an unknown key."""
    for name in envelope:
        if name not in REST_KEYS:
            raise Malformed(f"key {name!r} in the reply: it takes {', '.join(REST_KEYS)}")
    headers = {name: [value] for name, value in _headers(envelope)} | dict(_multi_value_headers(envelope))
    return [(name, value) for name, values in headers.items() for value in values]


def _headers(envelope: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name.lower(), value) for name, value in _map(envelope, "headers").items()]


def _multi_value_headers(envelope: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    for name, values in _map(envelope, "multiValueHeaders").items():
        if not isinstance(values, list):
            raise Malformed(f"multiValueHeaders has for {name!r} {values!r:.80}: it takes a list")
        yield name.lower(), values


def _passed(headers: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [pair for pair in headers if pair[0] not in _OWN]


def _reply(envelope: Mapping[str, Any], headers: list[tuple[str, Any]]) -> Reply:
    return Reply(_status(envelope), list(_checked(headers)), _body(envelope))


def _checked(headers: list[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        text = json.dumps(value) if isinstance(value, bool) else str(value)
        if isinstance(value, dict | list | None) or set(f"{name}{text}") & set("\r\n\0"):
            raise Malformed(f"header {name!r} is {value!r:.80}: it takes a text of one line")
        yield name, text


def _status(envelope: Mapping[str, Any]) -> int:
    status = envelope.get("statusCode")
    if isinstance(status, str) and status.isascii() and status.isdigit():
        status = int(status)
    if type(status) is not int or not 100 <= status <= 599:
        raise Malformed(f"statusCode is {status!r:.80}: it takes a number from 100 to 599")
    return status


def _body(envelope: Mapping[str, Any]) -> bytes:
    body = envelope.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise Malformed(f"the body is a {type(body).__name__}: it takes a string")
    if not envelope.get("isBase64Encoded"):
        return body.encode(errors="replace")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        raise Malformed("isBase64Encoded is true, and the body is not base64") from None


def _map(envelope: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = envelope.get(key) or {}
    if not isinstance(value, dict):
        raise Malformed(f"{key} is {value!r:.80}: it takes an object")
    return value


def _object(result: bytes) -> dict[str, Any]:
    value = _json(result)
    if not isinstance(value, dict):
        raise Malformed(f"the result is {value!r:.80}: it takes an object with statusCode")
    return value


def _json(result: bytes) -> Any:
    try:
        return json.loads(result)
    except ValueError:
        raise Malformed(f"the result is not JSON: {result!r:.80}") from None
