"""The OpenWhisk shim as a raw-http web action, behind the controller."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from platforms.openwhisk.shim import make_main

from ...emulators.messages import Answer, Reply, Request
from ...emulators.openwhisk import from_result, to_args

if TYPE_CHECKING:
    from platforms.loading import Handler

    from ..targets import Send

_TIMEOUT_S = 60  # https://github.com/apache/openwhisk/blob/master/docs/reference.md#system-limits


def sender(handler: Handler, environ: Mapping[str, str]) -> Send:
    """Return what sends a request to the shim."""
    run = runner(handler, environ)

    def send(request: Request) -> Answer:
        args = to_args(request.method, request.target, list(request.headers), request.body)
        status, headers, body = from_result(run(args))
        return Answer(Reply(status, [(name.lower(), value) for name, value in headers], body))

    return send


def runner(handler: Handler, environ: Mapping[str, str]) -> Callable[[Any], Any]:
    """Return what runs one activation with an action's arguments, and gives its result."""

    def run(args: Any) -> Any:
        facts = {
            "__OW_ACTIVATION_ID": uuid4().hex,
            "__OW_ACTION_NAME": "/guest/function",
            "__OW_DEADLINE": str(int(time.time() + _TIMEOUT_S) * 1000),
        }
        return make_main(handler, {**environ, **facts})(args)

    return run
