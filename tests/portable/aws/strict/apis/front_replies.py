"""What every front door does once it knows the function: ask the policy, run the zip, read its result."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.conformance import Reply
from tests.platforms.aws_lambda.front_doors import MalformedReply

from ..exchange import Refusal
from ..functions.lambda_calls import LambdaCalls


def said(status: int, message: str, *, key: str = "message") -> Reply:
    """Return what a front door answers in the function's place."""
    return Reply(status, [("content-type", "application/json")], json.dumps({key: message}).encode())


def run(calls: LambdaCalls, arn: str, event: Any, read: Callable[[Any, Any], Reply], broken: Reply) -> Reply:
    """Return the function's reply as the door reads it; `broken` if it failed, or is none that the door takes."""
    try:
        result = calls.call(arn, json.dumps(event).encode())
        if result.failed:
            return broken
        return read(json.loads(result.payload), event)
    except (Refusal, MalformedReply):
        return broken
