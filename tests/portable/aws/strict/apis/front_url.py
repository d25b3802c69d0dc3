"""Function URLs: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html."""

from __future__ import annotations

from tests.conformance import Reply, Request
from tests.platforms.aws_lambda.front_doors import from_v2, function_url_event

from ..services import Services
from .front_replies import run, said

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
            return said(403, _FORBIDDEN, key="Message")
        event = function_url_event(request)
        event["requestContext"] |= {"domainName": host, "domainPrefix": host.partition(".")[0], "apiId": host[:32]}
        broken = Reply(502, [], b"Internal Server Error")
        return run(self._services.calls, config["FunctionArn"], event, from_v2, broken)

    def _is_allowed(self, arn: str, auth_type: str, request: Request) -> bool:
        if auth_type == "AWS_IAM":
            signed = {name.lower(): value for name, value in request.headers}.get("authorization", "")
            return signed.startswith("AWS4-HMAC-SHA256 ")
        # Both are needed since October 2025.
        facts = {"url_auth_type": auth_type, "via_url": "true"}
        actions = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
        return all(self._services.policies.allows(arn, action, "*", **facts) for action in actions)
