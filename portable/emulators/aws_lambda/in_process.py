"""The Lambda shim behind one of AWS's front doors, in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from platforms.aws_lambda.shim import make_lambda_handler

from ..errors import Refused
from ..messages import Answer, Request, Send
from .doors import DOORS, LOAD_BALANCER
from .exchange import Exchange, new_ids
from .received import FunctionNames, Received
from .routes import ANY_PATH
from .runtime import Outcome
from .runtime_api import Invocation

if TYPE_CHECKING:
    from platforms.loading import Handler

NAMES = FunctionNames()
_HOST = ("Host", "localhost")


@dataclass(frozen=True)
class LambdaContext:
    """Lambda's context object, as its own runtime client makes it."""

    aws_request_id: str
    function_name: str = NAMES.base
    remaining_ms: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left, which are always as many: no invocation ends here."""
        return self.remaining_ms


class InProcess:
    """Runs invocations in this process, one at a time."""

    def __init__(self, run: Callable[[Any, LambdaContext], Any], function_name: str = NAMES.base) -> None:
        self._run, self._function_name = run, function_name

    def submit(self, invocation: Invocation) -> Future[Outcome]:
        """Run an invocation; the future is done."""
        future: Future[Outcome] = Future()
        future.set_result(self._outcome(invocation))
        return future

    def _outcome(self, invocation: Invocation) -> Outcome:
        try:
            result = self._run(json.loads(invocation.event), LambdaContext(invocation.request_id, self._function_name))
            return Outcome(json.dumps(result).encode())
        except Exception as error:  # noqa: BLE001 - as the runtime client reports it
            told = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return Outcome(json.dumps(told).encode(), failed=True)


def to_received(request: Request) -> Received:
    """Return a request as it comes to a front door."""
    headers = (_HOST, *request.headers)
    return Received(request.method, request.target, headers, request.body, "192.0.2.1", *new_ids())


def send_to(exchange: Exchange) -> Send:
    """Return what sends a request to a function through its front door."""

    def send(request: Request) -> Answer:
        limit_bytes = exchange.door.limit_bytes
        if len(request.body) > limit_bytes:
            raise Refused(413, f"the request is over {limit_bytes / 2**20:g} MB")
        served = exchange.serve(to_received(request))
        return Answer(served.reply, served.reason)

    return send


def sender(handler: Handler, environ: Mapping[str, str], door: str) -> Send:
    """Return what sends a request to the shim through a front door."""
    chosen = LOAD_BALANCER if door == "alb" else DOORS[door]
    # an openapi.json may have fewer paths, and then API Gateway answers the others itself
    function = InProcess(make_lambda_handler(handler, environ), _name(environ))
    return send_to(Exchange(chosen, ANY_PATH, NAMES, function, is_timed=False))


def runner(handler: Handler, environ: Mapping[str, str]) -> Callable[[Any], Any]:
    """Return what runs one invocation with an event, and gives its result."""
    lambda_handler = make_lambda_handler(handler, environ)
    return lambda native: lambda_handler(native, LambdaContext(str(uuid4()), _name(environ)))


def _name(environ: Mapping[str, str]) -> str:
    return environ.get("AWS_LAMBDA_FUNCTION_NAME") or NAMES.base
