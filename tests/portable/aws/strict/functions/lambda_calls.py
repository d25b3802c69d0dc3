"""Invocations: the version's own zip is run."""

from __future__ import annotations

import base64
from typing import Any

from botocore.awsrequest import AWSResponse

from ..exchange import Exchange
from ..runtimes import RUNTIMES, Result
from .lambda_state import Function, LambdaState

_TAIL_BYTES = 4096


class LambdaCalls:
    """The operation `invoke`, and what the front doors call."""

    def __init__(self, state: LambdaState) -> None:
        self._state = state
        self._calls: dict[str, int] = {}
        self._canary_calls: dict[str, int] = {}

    def invoke(self, exchange: Exchange) -> AWSResponse:
        """Run the version that a qualifier leads to."""
        params = exchange.params
        function, qualifier = self._state.find(exchange.region, params)
        number = self._pick(function, qualifier)
        payload = params.get("Payload", b"{}")
        result = self._run(function, number, payload.encode() if isinstance(payload, str) else payload)
        headers = {"X-Amz-Executed-Version": number or "$LATEST"}
        if result.failed:
            headers["X-Amz-Function-Error"] = "Unhandled"
        if params.get("LogType") == "Tail":
            headers["X-Amz-Log-Result"] = base64.b64encode(result.log.encode()[-_TAIL_BYTES:]).decode()
        return exchange.respond(200, headers, result.payload)

    def call(self, arn: str, event: bytes) -> Result:
        """Run the version that an ARN leads to. Raises Refusal if there is none."""
        function, qualifier = self._state.find(arn.split(":")[3], {"FunctionName": arn})
        return self._run(function, self._pick(function, qualifier), event)

    def _run(self, function: Function, number: str, event: bytes) -> Result:
        version = function.version(number)
        version.demand_active()
        return RUNTIMES.invoke(version.config, version.code, event)

    def _pick(self, function: Function, qualifier: str) -> str:
        """Return the version for this call: a canary gets its very share, the main version begins."""
        alias: dict[str, Any] = function.aliases.get(qualifier, {})
        if not alias:
            return qualifier
        arn = alias["AliasArn"]
        weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        for canary, weight in weights.items():
            self._calls[arn] = self._calls.get(arn, 0) + 1
            if int(self._calls[arn] * weight + 1e-9) > int((self._calls[arn] - 1) * weight + 1e-9):
                return str(canary)
        return str(alias["FunctionVersion"])
