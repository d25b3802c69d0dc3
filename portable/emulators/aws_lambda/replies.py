"""What each front door makes of a function's result: the HTTP reply, as strictly as the real one. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_REST_KEYS = ("statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded")
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
_REMAPPED = {"connection", "content-length", "date", "server", "transfer-encoding", "www-authenticate"}
_OWN = {"connection", "transfer-encoding"}
_JSON = ("content-type", "application/json")


class MalformedReply(Exception):
    """A result that the door cannot make a reply of; says what is wrong with it."""


class Reply(NamedTuple):
    """An HTTP reply; a Content-Length in its headers is for a reply to HEAD, otherwise the body's counts."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def message(status: int, text: str) -> Reply:
    """Return the reply that API Gateway gives in the function's place."""
    return Reply(status, [_JSON], json.dumps({"message": text}).encode())


def rest_reply(result: bytes) -> Reply:
    """Return what API Gateway REST sends: a result with any key but its own is malformed.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    envelope = _object(result)
    for name in envelope:
        if name not in _REST_KEYS:
            raise MalformedReply(f"key {name!r} in the reply: it takes {', '.join(_REST_KEYS)}")
    headers = {name.lower(): [value] for name, value in _map(envelope, "headers").items()}
    for name, values in _map(envelope, "multiValueHeaders").items():
        if not isinstance(values, list):
            raise MalformedReply(f"multiValueHeaders has for {name!r} {values!r:.80}: it takes a list")
        headers[name.lower()] = values
    pairs = [(name, value) for name, values in headers.items() for value in values]
    reply = _reply(envelope, [(f"x-amzn-remapped-{name}" if name in _REMAPPED else name, v) for name, v in pairs])
    return reply if "content-type" in headers else reply._replace(headers=[*reply.headers, _JSON])


def payload_2_reply(result: bytes) -> Reply:
    """Return what an HTTP API and a Function URL send: a result without a status is the body of a 200.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    value = _json(result)
    if not isinstance(value, dict) or "statusCode" not in value:
        return Reply(200, [_JSON], value.encode() if isinstance(value, str) else result)
    cookies = value.get("cookies") or []
    if not isinstance(cookies, list):
        raise MalformedReply(f"cookies are {cookies!r:.80}: it takes a list")
    headers = [(name.lower(), text) for name, text in _map(value, "headers").items()]
    return _reply(value, [pair for pair in headers if pair[0] not in _OWN] + [("set-cookie", one) for one in cookies])


def _reply(envelope: Mapping[str, Any], headers: list[tuple[str, Any]]) -> Reply:
    return Reply(_status(envelope), list(_checked(headers)), _body(envelope))


def _checked(headers: list[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        text = json.dumps(value) if isinstance(value, bool) else str(value)
        if isinstance(value, dict | list | None) or set(f"{name}{text}") & set("\r\n\0"):
            raise MalformedReply(f"header {name!r} is {value!r:.80}: it takes a text of one line")
        yield name, text


def _status(envelope: Mapping[str, Any]) -> int:
    status = envelope.get("statusCode")
    if isinstance(status, str) and status.isascii() and status.isdigit():
        status = int(status)
    if type(status) is not int or not 100 <= status <= 599:
        raise MalformedReply(f"statusCode is {status!r:.80}: it takes a number from 100 to 599")
    return status


def _body(envelope: Mapping[str, Any]) -> bytes:
    body = envelope.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedReply(f"the body is a {type(body).__name__}: it takes a string")
    if not envelope.get("isBase64Encoded"):
        return body.encode(errors="replace")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        raise MalformedReply("isBase64Encoded is true, and the body is not base64") from None


def _map(envelope: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = envelope.get(key) or {}
    if not isinstance(value, dict):
        raise MalformedReply(f"{key} is {value!r:.80}: it takes an object")
    return value


def _object(result: bytes) -> dict[str, Any]:
    value = _json(result)
    if not isinstance(value, dict):
        raise MalformedReply(f"the result is {value!r:.80}: it takes an object with statusCode")
    return value


def _json(result: bytes) -> Any:
    try:
        return json.loads(result)
    except ValueError:
        raise MalformedReply(f"the result is not JSON: {result!r:.80}") from None
