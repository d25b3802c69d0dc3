"""The drivers that need no other process: every shim, called as its platform would call it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from platforms.aws_lambda.shim import make_lambda_handler
from platforms.openfaas.shim import OpenFaaSResponder
from platforms.openwhisk.limits import DEFAULT_TIMEOUT_MS, MAX_REQUEST_BYTES, RESULT_LIMIT_BYTES
from platforms.openwhisk.shim import make_main
from platforms.wsgi.responder import Responder
from platforms.wsgi.shim import make_application
from portable.emulators import openwhisk as controller
from tests.conformance import Driver, Reply, Request
from tests.functions.conformance.handler import handle
from tests.platforms.aws_lambda.front_doors import FRONT_DOORS, FrontDoor, Invocation
from tests.platforms.azure_functions import driver as azure
from tests.platforms.google_cloud.driver import GoogleDriver
from tests.platforms.wsgi import in_process

_WSGI = "https://peps.python.org/pep-3333/"


@dataclass(frozen=True)
class WsgiDriver:
    """A WSGI application in process."""

    platform: str
    application: in_process.Application
    limits: Mapping[str, str] = field(default_factory=dict)
    reply_limit_bytes: int | None = None

    def send(self, request: Request) -> Reply:
        """Call the application."""
        return in_process.send(self.application, request)


@dataclass(frozen=True)
class LambdaDriver:
    """Lambda behind one front door; `invoke` gives it an event and returns its result."""

    platform: str
    door: FrontDoor
    invoke: Callable[[Any], Any]

    @property
    def limits(self) -> Mapping[str, str]:
        """What the front door cannot carry."""
        return self.door.limits

    @property
    def reply_limit_bytes(self) -> int | None:
        """What the front door carries at most."""
        return self.door.reply_limit_bytes

    def send(self, request: Request) -> Reply:
        """Invoke the function with the front door's event."""
        event = self.door.to_event(request)
        reply: Reply = self.door.from_reply(self.invoke(event), event)
        return reply


_WEB_ACTIONS = (
    "https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/"
    "controller/WebActions.scala"
)
_LIMITS = "https://github.com/apache/openwhisk/blob/master/docs/reference.md#system-limits"
OPENWHISK_LIMITS = {
    "stream": f"an action's result is one JSON object: {_LIMITS}",
    "chunked": f"the controller buffers the request: {_WEB_ACTIONS}",
    "body_5_mb": f"an action's arguments are {MAX_REQUEST_BYTES // 2**20} MB at most: {_LIMITS}",
    "head_length": f"an empty body loses its length and type: {_WEB_ACTIONS}",
    "raw_query": f"the controller renders the query anew: {_WEB_ACTIONS}",
    "malformed_query": f"the controller refuses a malformed query itself: {_WEB_ACTIONS}",
    "malformed_path": f"the controller refuses a malformed path itself: {_WEB_ACTIONS}",
    "repeated_headers": f"of a repeated header the last value wins: {_WEB_ACTIONS}",
    "charset_in": f"the controller decodes text as UTF-8 whatever charset it declares: {_WEB_ACTIONS}",
    "content_type_verbatim": f"the controller drops the charset of application/json: {_WEB_ACTIONS}",
}


@dataclass(frozen=True)
class OpenWhiskDriver:
    """The OpenWhisk shim as a raw-http web action."""

    platform = "openwhisk"
    limits = OPENWHISK_LIMITS
    reply_limit_bytes = RESULT_LIMIT_BYTES
    environ: ClassVar[dict[str, str]] = {}
    main = staticmethod(make_main(handle, environ))

    def send(self, request: Request) -> Reply:
        """Call the action as the controller would."""
        args = controller.to_args(request.method, request.target, list(request.headers), request.body)
        self.environ["__OW_DEADLINE"] = f"{time.time() * 1000 + DEFAULT_TIMEOUT_MS:.0f}"  # of this activation
        status, headers, body = controller.from_result(self.main(args))
        return Reply(status, [(name.lower(), value) for name, value in headers], body)


_lambda_handler = make_lambda_handler(handle, {})


def _invoke_lambda(event: Any) -> Any:
    return _lambda_handler(event, Invocation())


NO_DEADLINE = {"deadline": f"WSGI knows no deadline: {_WSGI}"}
DRIVERS: list[Driver] = [
    WsgiDriver("wsgi", make_application(Responder(handle, {})), NO_DEADLINE),
    WsgiDriver("openfaas", make_application(OpenFaaSResponder(handle, {}))),
    *(LambdaDriver(f"aws_lambda-{door.name}", door, _invoke_lambda) for door in FRONT_DOORS),
    OpenWhiskDriver(),
    GoogleDriver(),
    azure.DRIVER,
]
