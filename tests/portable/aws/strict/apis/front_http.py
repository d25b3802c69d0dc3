"""API Gateway's HTTP APIs: stage, route, integration, permission.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from portable.emulators.aws_lambda.doors import DOORS, HTTP_V1
from portable.emulators.aws_lambda.received import Api
from portable.emulators.aws_lambda.replies import message
from portable.emulators.aws_lambda.routes import DEFAULT, Route, match
from tests.conformance import Reply, Request

from ..services import Services
from .front_function import send

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
            return message(404, "Not Found")
        route, integration, way = found
        arn = _FUNCTION.fullmatch(integration["IntegrationUri"])
        if arn is None or not self._is_allowed(arn[1], f"{region}:{self._services.account}:{api}/{stage}", route):
            return message(500, "Internal Server Error")
        asked = replace(request, target=rest + (f"?{query}" if query else ""))
        door = DOORS["http"] if integration["PayloadFormatVersion"] == "2.0" else HTTP_V1
        behind = Api(api, f"{api}.execute-api.{region}.amazonaws.com")
        return send(self._services, door, behind, asked, way, arn=arn[1], stage=stage)

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
) -> tuple[dict[str, Any], dict[str, Any], Route] | None:
    """Return the route that a request takes, its integration and its way: the literal one before `$default`."""
    by_key = {route["RouteKey"]: (route, integration) for route, integration in served}
    for asked in (verb, "ANY"):
        paths = [key.partition(" ")[2] for key in by_key if key.startswith(f"{asked} ")]
        if found := match(paths, path):
            key = f"{asked} {found.resource}"
            return *by_key[key], found._replace(resource=key)
    return (*by_key["$default"], DEFAULT) if "$default" in by_key else None
