"""The smoke request as the front door would send it to the function. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote

from ..names import Names
from ..settings import FrontDoor, Smoke

AGENT = "portable-smoke"
_SOURCE_IP = "192.0.2.1"  # kept for examples: https://www.rfc-editor.org/rfc/rfc5737


def smoke_event(smoke: Smoke, front_door: FrontDoor, names: Names) -> dict[str, Any]:
    """Return the event in the front door's dialect: REST's, else payload 2.0."""
    return _rest(smoke, names) if front_door == "rest" else _payload_2(smoke, front_door, names)


def _rest(smoke: Smoke, names: Names) -> dict[str, Any]:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    path, _, query = smoke.path.partition("?")
    host = _host(names, "execute-api", "amazonaws.com")
    pairs = parse_qsl(query, keep_blank_values=True)
    headers = {"Host": host, "User-Agent": AGENT}
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": smoke.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": {name: [v for n, v in pairs if n == name] for name, _ in pairs} or None,
        "pathParameters": {"proxy": path.removeprefix("/")},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/{proxy+}",
            "httpMethod": smoke.method,
            "path": f"/{names.stage}{path}",
            "accountId": names.account,
            "stage": names.stage,
            "domainName": host,
            "requestId": AGENT,
            "identity": {"sourceIp": _SOURCE_IP, "userAgent": AGENT},
            "protocol": "HTTP/1.1",
        },
        "body": None,
        "isBase64Encoded": False,
    }


def _payload_2(smoke: Smoke, front_door: FrontDoor, names: Names) -> dict[str, Any]:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    path, _, query = smoke.path.partition("?")
    decoded = unquote(path, errors="replace")
    is_api = front_door == "http"
    host = _host(names, "execute-api", "amazonaws.com") if is_api else _host(names, "lambda-url", "on.aws")
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": decoded if is_api else path,
        "rawQueryString": query,
        "headers": {"host": host, "user-agent": AGENT},
        "requestContext": {
            "accountId": names.account,
            "domainName": host,
            "http": {
                "method": smoke.method,
                "path": decoded,
                "protocol": "HTTP/1.1",
                "sourceIp": _SOURCE_IP,
                "userAgent": AGENT,
            },
            "requestId": AGENT,
            "routeKey": "$default",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }


def _host(names: Names, service: str, domain: str) -> str:
    return f"smoke.{service}.{names.region}.{domain}"
