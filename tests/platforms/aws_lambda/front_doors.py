"""AWS's front doors for the suite: the emulators, at addresses of AWS's own, with what each cannot carry.

A result that a real door would answer with 502, or that would lose something on its way, raises Malformed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from platforms.aws_lambda.limits import ALB_MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES
from portable.emulators.aws_lambda import in_process
from portable.emulators.aws_lambda.doors import DOORS, HTTP_V1, LOAD_BALANCER, LOAD_BALANCER_MULTI, Door
from portable.emulators.aws_lambda.exchange import Exchange
from portable.emulators.aws_lambda.in_process import NAMES, InProcess, LambdaContext, to_received
from portable.emulators.aws_lambda.received import Api
from portable.emulators.aws_lambda.routes import ANY_PATH
from portable.emulators.messages import Send
from tests.conformance import Reply, Request

EXECUTE_API = "abc123.execute-api.eu-west-1.amazonaws.com"
FUNCTION_URL = "abc123.lambda-url.eu-west-1.on.aws"
_HTTP_API = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"
_REST_API = "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html"
_ALB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html"
_LIMITS = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"

Invocation = partial(
    LambdaContext,
    aws_request_id="8a7f2e54-0000-4000-8000-000000000001",
    function_name="meditations",
    remaining_ms=3000,
)


@dataclass(frozen=True)
class FrontDoor:
    """One way into Lambda: its name, its emulator, the API behind it and what it cannot carry."""

    name: str
    door: Door
    api: Api
    limits: Mapping[str, str]
    reply_limit_bytes: int

    def to_event(self, request: Request) -> dict[str, Any]:
        """Return the event that the door sends."""
        received = to_received(request)
        route = self.door.route(received, ANY_PATH)
        assert route
        return dict(self.door.to_native(received, route, NAMES, self.api))

    def from_reply(self, result: Any) -> Reply:
        """Return what the caller gets for a result."""
        return self.door.from_native(json.dumps(result).encode(), is_strict=True)

    def send_to(self, run: Callable[[Any, LambdaContext], Any]) -> Send:
        """Return what sends a request through the door to a function."""
        exchange = Exchange(self.door, ANY_PATH, NAMES, InProcess(run), is_timed=False, api=self.api, is_strict=True)
        return in_process.send_to(exchange)


def _all_but_text(content_type: str) -> bool:
    """Whether the REST API declares a type as binary: not all, so that the shim sees bodies of both kinds."""
    return not content_type.startswith("text/") or "charset" in content_type


_BUFFERED = {
    "stream": f"the managed Python runtime buffers replies: {_LIMITS}",
    "chunked": f"the front door buffers the request: {_LIMITS}",
}
_DECODED_PATH = {
    "raw_path": f"the gateway decodes the path: {_HTTP_API}",
    "question_in_path": f"the gateway decodes %3F and cuts the path there: {_HTTP_API}",
    "malformed_path": f"the gateway decodes the path and answers a malformed one itself: {_HTTP_API}",
}
_DECODED_QUERY = dict.fromkeys(
    ("raw_query", "malformed_query"), f"the event has the query as decoded maps: {_REST_API}"
)
_RENAMED = {
    "head_length": "the gateway renames Content-Length to X-Amzn-Remapped-Content-Length: "
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html"
}
_ONE_VALUE = {
    "repeated_query": f"multi-value headers off: the last value wins: {_ALB}",
    "repeated_headers": f"multi-value headers off: the last value wins: {_ALB}",
}
_ALB_LIMITS = {
    "raw_query": f"the event has the query as maps, in which ?a and ?a= are the same: {_ALB}",
    "body_5_mb": f"a load balancer's request to Lambda is {ALB_MAX_PAYLOAD_BYTES // 2**20} MB at most: {_ALB}",
}
_API = Api("abc123", EXECUTE_API, is_binary=_all_but_text)
_URL = Api("abc123", FUNCTION_URL)
FRONT_DOORS = [
    FrontDoor("rest", DOORS["rest"], _API, {**_BUFFERED, **_DECODED_QUERY, **_RENAMED}, MAX_PAYLOAD_BYTES),
    FrontDoor("http-v1", HTTP_V1, _API, {**_BUFFERED, **_DECODED_QUERY, **_DECODED_PATH}, MAX_PAYLOAD_BYTES),
    FrontDoor("http-v2", DOORS["http"], _API, {**_BUFFERED, **_DECODED_PATH}, MAX_PAYLOAD_BYTES),
    FrontDoor("function-url", DOORS["url"], _URL, _BUFFERED, MAX_PAYLOAD_BYTES),
    FrontDoor("alb", LOAD_BALANCER, _API, {**_BUFFERED, **_ONE_VALUE, **_ALB_LIMITS}, ALB_MAX_PAYLOAD_BYTES),
    FrontDoor("alb-multi", LOAD_BALANCER_MULTI, _API, {**_BUFFERED, **_ALB_LIMITS}, ALB_MAX_PAYLOAD_BYTES),
]
