"""The Lambda shim behind one of AWS's front doors: those of the deployer's local run, and a load balancer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from platforms.aws_lambda.shim import make_lambda_handler

from ...emulators.aws_lambda import events
from ...emulators.aws_lambda.doors import DOORS
from ...emulators.aws_lambda.exchange import Exchange, new_ids
from ...emulators.aws_lambda.load_balancer import LOAD_BALANCER
from ...emulators.aws_lambda.runtime import Outcome
from ...emulators.aws_lambda.runtime_api import Invocation
from ...emulators.errors import Refused
from ...emulators.messages import Answer, Reply, Request

if TYPE_CHECKING:
    from platforms.loading import Handler

    from ..targets import Send


_REMAINING_MS = 60_000
_HOST = ("Host", "localhost")
# function/openapi.json may have fewer, and then API Gateway answers the others itself
_METHODS = ("get", "post", "put", "patch", "delete", "options", "head")
_ANY_PATH: Mapping[str, Any] = {
    "paths": {path: {method: {} for method in _METHODS} for path in ("/", "/{proxy+}")},
}


@dataclass(frozen=True)
class Names:
    """Where a replayed function is at AWS, as its events tell it."""

    base: str = "function-dev"
    account: str = "123456789012"
    region: str = "eu-west-1"
    stage: str = "dev"

    def arn(self, service: str, resource: str) -> str:
        """Return an ARN of the region and the account."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


NAMES = Names()


@dataclass(frozen=True)
class LambdaContext:
    """Lambda's context object, as its own runtime client makes it."""

    aws_request_id: str
    function_name: str = NAMES.base

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left: no invocation ends in a replay."""
        return _REMAINING_MS


class InProcess:
    """Runs invocations in this process, one at a time."""

    def __init__(self, run: Callable[[Any, LambdaContext], Any]) -> None:
        self._run = run

    def submit(self, invocation: Invocation) -> Future[Outcome]:
        """Run an invocation; the future is done."""
        future: Future[Outcome] = Future()
        future.set_result(self._outcome(invocation))
        return future

    def _outcome(self, invocation: Invocation) -> Outcome:
        try:
            result = self._run(json.loads(invocation.event), LambdaContext(invocation.request_id))
            return Outcome(json.dumps(result).encode())
        except Exception as error:  # noqa: BLE001 - as the runtime client reports it
            told = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return Outcome(json.dumps(told).encode(), failed=True)


def sender(handler: Handler, environ: Mapping[str, str], door: str) -> Send:
    """Return what sends a request to the shim through a front door."""
    chosen = LOAD_BALANCER if door == "alb" else DOORS[door]
    exchange = Exchange(chosen, _ANY_PATH, NAMES, InProcess(make_lambda_handler(handler, environ)), is_timed=False)

    def send(request: Request) -> Answer:
        if len(request.body) > chosen.limit_bytes:
            raise Refused(413, f"the request is over {chosen.limit_bytes / 2**20:g} MB")
        headers = (_HOST, *request.headers)
        request_id, trace_id = new_ids()
        sent = events.Request(request.method, request.target, headers, request.body, "192.0.2.1", request_id, trace_id)
        answer = exchange.answer(sent)
        return Answer(Reply(*answer.reply), answer.reason)

    return send


def runner(handler: Handler, environ: Mapping[str, str]) -> Callable[[Any], Any]:
    """Return what runs one invocation with an event, and gives its result."""
    lambda_handler = make_lambda_handler(handler, environ)
    return lambda native: lambda_handler(native, LambdaContext(str(uuid4())))
