"""API Gateway's REST APIs: stage, deployment, resource, method, key, integration, permission.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from portable.emulators.aws_lambda.doors import DOORS, UNKNOWN
from portable.emulators.aws_lambda.received import Api
from portable.emulators.aws_lambda.replies import message
from portable.emulators.aws_lambda.routes import ANY_METHOD, route_of
from tests.conformance import Reply, Request

from ..services import Services
from .front_function import send

_INTEGRATION = re.compile(
    r"arn:aws:apigateway:[\w-]+:lambda:path/2015-03-31/functions/(?P<function>arn:aws:lambda:[^/]+)/invocations"
)


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
            return message(403, "Forbidden")
        route = route_of(spec, request.method, f"/{rest}")
        if route is None:
            return UNKNOWN
        operations = spec["paths"][route.resource]
        verb = request.method.lower() if request.method.lower() in operations else ANY_METHOD
        method = operations[verb]
        if _wants_key(spec, method) and not self._services.plans.takes(region, api, stage, _key_of(request)):
            return message(403, "Forbidden")
        called = f"{'*' if verb == ANY_METHOD else verb.upper()}{re.sub(r'{[^}]*}', '*', route.resource)}"
        asked = replace(request, target=f"/{rest}" + (f"?{query}" if query else ""))
        behind = Api(api, f"{api}.execute-api.{region}.amazonaws.com", _binary_types(spec))
        send_on = partial(send, self._services, DOORS["rest"], behind, asked, route, stage=stage)
        return self._integrate(method, f"{region}:{self._services.account}:{api}/{stage}/{called}", send_on)

    def _integrate(self, method: Mapping[str, Any], source_arn: str, send_on: Callable[..., Reply]) -> Reply:
        integration = method["x-amazon-apigateway-integration"]
        if integration["type"].lower() == "mock":
            return Reply(200, [], b"")
        found = _INTEGRATION.fullmatch(integration["uri"])
        broken = message(500, "Internal server error")
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
        if not found or integration["type"].lower() != "aws_proxy" or integration["httpMethod"] != "POST":
            return broken
        allowed = self._services.policies.allows(
            found["function"],
            "lambda:InvokeFunction",
            "apigateway.amazonaws.com",
            source_arn=f"arn:aws:execute-api:{source_arn}",
            source_account=self._services.account,
        )
        if not allowed:
            return broken
        return send_on(arn=found["function"])


def _wants_key(spec: Mapping[str, Any], method: Mapping[str, Any]) -> bool:
    schemes = spec.get("components", {}).get("securitySchemes", {})
    wanted = {name for one in method.get("security", spec.get("security", ())) for name in one}
    return any(
        (schemes.get(name, {}).get("type"), schemes.get(name, {}).get("name", "").lower()) == ("apiKey", "x-api-key")
        for name in wanted
    )


def _key_of(request: Request) -> str:
    return next((value for name, value in request.headers if name.lower() == "x-api-key"), "")


def _binary_types(spec: Mapping[str, Any]) -> Callable[[str], bool]:
    declared = set(spec.get("x-amazon-apigateway-binary-media-types", ()))
    return lambda content_type: bool({content_type.partition(";")[0], "*/*"} & declared)
