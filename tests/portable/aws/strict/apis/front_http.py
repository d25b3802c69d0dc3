"""API Gateway's HTTP APIs: stage, route, integration, permission.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from tests.conformance import Reply, Request
from tests.platforms.aws_lambda.front_doors import from_rest, from_v2, http_v1_event, http_v2_event

from ..routing import match
from ..services import Services
from .front_replies import run, said

_FUNCTION = re.compile(r"(?:.*/functions/)?(arn:aws:lambda:[^/]+?)(?:/invocations)?")


class HttpFront:
    """What answers at execute-api hosts of HTTP APIs."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def reply(self, api: str, region: str, request: Request) -> Reply | None:
        """Return the answer; None if there is no such API."""
        if (region, api) not in self._services.http.apis:
            return None
        path, _, query = request.target.partition("?")
        stage, rest = "$default", path
        if path.split("/")[1] in self._services.http.apis[region, api].stages:
            stage, rest = path.split("/")[1], "/" + path[1:].partition("/")[2]
        found = _route(self._services.http.served(region, api, stage) or [], request.method, unquote(rest))
        if found is None:
            return said(404, "Not Found")
        route, integration, parameters = found
        arn = _FUNCTION.fullmatch(integration["IntegrationUri"])
        if arn is None or not self._is_allowed(arn[1], f"{region}:{self._services.account}:{api}/{stage}", route):
            return said(500, "Internal Server Error")
        asked = replace(request, target=rest + (f"?{query}" if query else ""))
        event = _event(asked, integration, stage, route["RouteKey"], parameters)
        event["requestContext"] |= {"apiId": api, "domainName": f"{api}.execute-api.{region}.amazonaws.com"}
        read = from_v2 if integration["PayloadFormatVersion"] == "2.0" else from_rest
        return run(self._services.calls, arn[1], event, read, said(500, "Internal Server Error"))

    def _is_allowed(self, function: str, source: str, route: dict[str, Any]) -> bool:
        verb, _, path = route["RouteKey"].partition(" ")
        path = re.sub(r"\{[^}]*\}", "*", path)
        source += f"/{'*' if verb == 'ANY' else verb}{path}"
        return self._services.policies.allows(
            function,
            "lambda:InvokeFunction",
            "apigateway.amazonaws.com",
            source_arn=f"arn:aws:execute-api:{source}",
            source_account=self._services.account,
        )


def _route(
    served: list[tuple[dict[str, Any], dict[str, Any]]], verb: str, path: str
) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]] | None:
    """Return the route that a request takes, its integration and path parameters: the literal one before `$default`."""
    by_key = {route["RouteKey"]: (route, integration) for route, integration in served}
    for asked in (verb, "ANY"):
        paths = [key.partition(" ")[2] for key in by_key if key.startswith(f"{asked} ")]
        if found := match(paths, path):
            return *by_key[f"{asked} {found[0]}"], found[1]
    return (*by_key["$default"], {}) if "$default" in by_key else None


def _event(
    request: Request, integration: dict[str, Any], stage: str, key: str, parameters: dict[str, str]
) -> dict[str, Any]:
    """Return the event of the integration's payload version; the stage stands in front of its path."""
    begin = "" if stage == "$default" else f"/{stage}"
    is_v2 = integration["PayloadFormatVersion"] == "2.0"
    event: dict[str, Any] = (http_v2_event if is_v2 else http_v1_event)(request)
    context, name = event["requestContext"], "rawPath" if is_v2 else "path"
    event[name] = begin + event[name].removeprefix("/dev")
    context["stage"] = stage
    if is_v2:
        context["http"]["path"] = event[name]
        event["routeKey"] = context["routeKey"] = key
    else:
        context["path"] = event[name]
        event["resource"] = key.partition(" ")[2] or key
    if parameters:
        event["pathParameters"] = parameters
    return event
