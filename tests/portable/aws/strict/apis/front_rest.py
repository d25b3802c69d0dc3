"""API Gateway's REST APIs: stage, deployment, resource, method, key, integration, permission.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from tests.conformance import Reply, Request
from tests.platforms.aws_lambda.front_doors import from_remapping_rest, rest_event

from ..routing import match
from ..services import Services
from .front_replies import run, said

_INTEGRATION = re.compile(
    r"arn:aws:apigateway:[\w-]+:lambda:path/2015-03-31/functions/(?P<function>arn:aws:lambda:[^/]+)/invocations"
)
_ANY = "x-amazon-apigateway-any-method"


class RestFront:
    """What answers at execute-api hosts of REST APIs."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def reply(self, api: str, region: str, request: Request) -> Reply | None:
        """Return the answer; None if there is no such API."""
        if (region, api) not in self._services.rest.apis:
            return None
        path, _, query = request.target.partition("?")
        stage, _, rest = path[1:].partition("/")
        spec = self._services.rest.served(region, api, stage)
        if spec is None:
            return said(403, "Forbidden")
        found = _method(spec, request.method, unquote("/" + rest))
        if found is None:
            return said(403, "Missing Authentication Token")
        resource, verb, method, parameters = found
        if _wants_key(spec, method) and not self._services.plans.takes(region, api, stage, _key_of(request)):
            return said(403, "Forbidden")
        source_arn = f"{api}/{stage}/{'*' if verb == _ANY else verb.upper()}{re.sub(r'{[^}]*}', '*', resource)}"
        place = {"api": api, "region": region, "stage": stage, "resource": resource}
        target = f"/{rest}" + (f"?{query}" if query else "")
        event = _event(spec, replace(request, target=target), place, parameters)
        return self._integrate(method, region, source_arn, event)

    def _integrate(self, method: Mapping[str, Any], region: str, source_arn: str, event: Any) -> Reply:
        integration = method["x-amazon-apigateway-integration"]
        if integration["type"].lower() == "mock":
            return Reply(200, [], b"")
        found = _INTEGRATION.fullmatch(integration["uri"])
        broken = said(500, "Internal server error")
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
        if not found or integration["type"].lower() != "aws_proxy" or integration["httpMethod"] != "POST":
            return broken
        source = {"source_arn": f"arn:aws:execute-api:{region}:{self._services.account}:{source_arn}"}
        allowed = self._services.policies.allows(
            found["function"],
            "lambda:InvokeFunction",
            "apigateway.amazonaws.com",
            source_account=self._services.account,
            **source,
        )
        if not allowed:
            return broken
        malformed = said(502, "Internal server error")
        return run(self._services.calls, found["function"], event, from_remapping_rest, malformed)


def _method(spec: Mapping[str, Any], verb: str, path: str) -> tuple[str, str, Mapping[str, Any], dict[str, str]] | None:
    found = match(spec["paths"], path)
    if found is None:
        return None
    resource, parameters = found
    for name in (verb.lower(), _ANY):
        if name in spec["paths"][resource]:
            return resource, name, spec["paths"][resource][name], parameters
    return None


def _wants_key(spec: Mapping[str, Any], method: Mapping[str, Any]) -> bool:
    schemes = spec.get("components", {}).get("securitySchemes", {})
    wanted = {name for one in method.get("security", spec.get("security", ())) for name in one}
    return any(
        (schemes.get(name, {}).get("type"), schemes.get(name, {}).get("name", "").lower()) == ("apiKey", "x-api-key")
        for name in wanted
    )


def _key_of(request: Request) -> str:
    return next((value for name, value in request.headers if name.lower() == "x-api-key"), "")


def _event(
    spec: Mapping[str, Any], request: Request, place: Mapping[str, str], parameters: dict[str, str]
) -> dict[str, Any]:
    event = rest_event(request)
    event |= {"resource": place["resource"], "pathParameters": parameters or None}
    event["requestContext"] |= {
        "apiId": place["api"],
        "stage": place["stage"],
        "resourcePath": place["resource"],
        "path": f"/{place['stage']}{event['path']}",
        "domainName": f"{place['api']}.execute-api.{place['region']}.amazonaws.com",
    }
    return event | _body(spec, request)


def _body(spec: Mapping[str, Any], request: Request) -> dict[str, Any]:
    """Return the body keys: base64 only for the media types that the API calls binary."""
    media_type = next((value for name, value in request.headers if name.lower() == "content-type"), "application/json")
    binary = {media_type.partition(";")[0], "*/*"} & set(spec.get("x-amazon-apigateway-binary-media-types", ()))
    if not request.body:
        return {"body": None, "isBase64Encoded": False}
    if binary:
        return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}
    return {"body": request.body.decode(errors="replace"), "isBase64Encoded": False}
