"""What API Gateway refuses in the parts of an HTTP API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from platforms.aws_lambda.limits import HTTP_TIMEOUT_S

from ..patches import bad

_ROUTE_KEY = re.compile(r"\$default|(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) (/|(/([\w.~-]+|\{\w+\+?\}))+)")
_LAMBDA = re.compile(
    r"(arn:aws:apigateway:[\w-]+:lambda:path/2015-03-31/functions/)?"
    r"arn:aws:lambda:(?P<region>[\w-]+):\d{12}:function:[\w-]+(:[\w-]+)?(/invocations)?"
)


def check_integration(integration: dict[str, Any], region: str) -> dict[str, Any]:
    """Return the integration. Raises Refusal.

    https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html
    """
    if integration.get("IntegrationType") == "AWS_PROXY" and "IntegrationSubtype" not in integration:
        if integration.get("PayloadFormatVersion") not in ("1.0", "2.0"):
            raise bad("PayloadFormatVersion is a required parameter for AWS_PROXY integrations: 1.0 or 2.0")
        found = _LAMBDA.fullmatch(integration.get("IntegrationUri", ""))
        if not found or found["region"] != region:
            raise bad("Invalid integration URI specified")
    if not 50 <= integration["TimeoutInMillis"] <= HTTP_TIMEOUT_S * 1000:
        raise bad("Timeout should be between 50 ms and 30000 ms")
    return integration


def check_route(route: Mapping[str, Any], integrations: Mapping[str, Any]) -> None:
    """Raise Refusal for a key that is none, or a target that is not there."""
    if not _ROUTE_KEY.fullmatch(route["RouteKey"]):
        raise bad(f"The provided route key is not formatted properly for HTTP protocol: {route['RouteKey']}")
    if route.get("ApiKeyRequired"):
        raise bad("ApiKeyRequired is supported only for WebSocket APIs")
    target = route.get("Target")
    if target is not None and target.removeprefix("integrations/") not in integrations:
        raise bad(f"Invalid integration target specified: {target}")


def check_stage(stage: Mapping[str, Any], deployments: Mapping[str, Any]) -> None:
    """Raise Refusal for throttling that HTTP APIs do not have, or a deployment that is not there."""
    for settings in (stage.get("DefaultRouteSettings", {}), *stage.get("RouteSettings", {}).values()):
        if {"DataTraceEnabled", "LoggingLevel"} & settings.keys():
            raise bad("Execution logs are not supported on protocolType HTTP")
        if ("ThrottlingBurstLimit" in settings) != ("ThrottlingRateLimit" in settings):
            raise bad("Both rate limit and burst limit are needed for throttling")
    if stage.get("DeploymentId") and stage["AutoDeploy"]:
        raise bad("Deployment ID cannot be set on stage due to AutoDeploy setting")
    if stage.get("DeploymentId", "") and stage["DeploymentId"] not in deployments:
        raise bad("Invalid deployment identifier specified")
