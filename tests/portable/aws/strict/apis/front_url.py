"""Function URLs: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html."""

from __future__ import annotations

import json

from portable.emulators.aws_lambda.doors import DOORS
from portable.emulators.aws_lambda.received import Api
from portable.emulators.aws_lambda.routes import DEFAULT
from tests.conformance import Reply, Request

from ..services import Services
from .front_function import send

_FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)


class UrlFront:
    """What answers at lambda-url hosts."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def reply(self, host: str, request: Request) -> Reply | None:
        """Return the answer; None if there is no such URL."""
        config = self._services.urls.of_host(host)
        if config is None:
            return None
        if not self._is_allowed(config["FunctionArn"], config["AuthType"], request):
            return Reply(403, [("content-type", "application/json")], json.dumps({"Message": _FORBIDDEN}).encode())
        api = Api(host.partition(".")[0], host)
        return send(self._services, DOORS["url"], api, request, DEFAULT, arn=config["FunctionArn"], stage="$default")

    def _is_allowed(self, arn: str, auth_type: str, request: Request) -> bool:
        if auth_type == "AWS_IAM":
            signed = {name.lower(): value for name, value in request.headers}.get("authorization", "")
            return signed.startswith("AWS4-HMAC-SHA256 ")
        # Both are needed since October 2025.
        facts = {"url_auth_type": auth_type, "via_url": "true"}
        actions = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
        return all(self._services.policies.allows(arn, action, "*", **facts) for action in actions)
