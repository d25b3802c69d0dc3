"""What every front door does once it knows the function: its emulator sends the request to the zip."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass

from portable.emulators.aws_lambda.doors import Door
from portable.emulators.aws_lambda.exchange import Exchange, new_ids
from portable.emulators.aws_lambda.received import Api, FunctionNames, Received
from portable.emulators.aws_lambda.routes import Route
from portable.emulators.aws_lambda.runtime import Outcome
from portable.emulators.aws_lambda.runtime_api import Invocation
from tests.conformance import Reply, Request

from ..exchange import Refusal
from ..functions.lambda_calls import LambdaCalls
from ..services import Services


@dataclass(frozen=True)
class _Called:
    """The version that an ARN leads to."""

    calls: LambdaCalls
    arn: str

    def submit(self, invocation: Invocation) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        try:
            result = self.calls.call(self.arn, invocation.event)
            future.set_result(Outcome(result.payload, result.failed))
        except Refusal:
            future.set_result(Outcome(b"{}", failed=True))
        return future


def send(services: Services, door: Door, api: Api, request: Request, route: Route, *, arn: str, stage: str) -> Reply:
    """Send a request through a front door of a stage to the function of an ARN."""
    _, _, _, region, account, _, base, *_ = arn.split(":")
    names = FunctionNames(base, account, region, stage)
    exchange = Exchange(door, {}, names, _Called(services.calls, arn), is_timed=False, api=api, is_strict=True)
    received = Received(request.method, request.target, request.headers, request.body, "192.0.2.1", *new_ids())
    return exchange.forward(received, route).reply
