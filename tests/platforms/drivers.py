"""The drivers that need no other process: every shim, called as its platform would call it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from platforms.aws_lambda.shim import make_lambda_handler
from platforms.openfaas.shim import OpenFaaSResponder
from platforms.openwhisk.limits import MAX_REQUEST_BYTES, RESULT_LIMIT_BYTES
from platforms.wsgi.responder import Responder
from platforms.wsgi.shim import make_application
from portable.emulators import openwhisk
from portable.emulators.errors import Malformed
from portable.emulators.messages import Send
from tests.conformance import Driver, Reply, Request
from tests.functions.conformance.handler import handle
from tests.platforms.aws_lambda.front_doors import FRONT_DOORS
from tests.platforms.azure_functions import driver as azure
from tests.platforms.google_cloud import driver as google
from tests.platforms.wsgi import in_process

_WSGI = "https://peps.python.org/pep-3333/"


@dataclass(frozen=True)
class EmulatedDriver:
    """A shim behind the emulator of its platform. An answer that is not the function's own is an error."""

    platform: str
    emulator: Send
    limits: Mapping[str, str] = field(default_factory=dict)
    reply_limit_bytes: int | None = None

    def send(self, request: Request) -> Reply:
        """Call the shim as its platform would."""
        answer = self.emulator(request)
        if answer.note:
            raise Malformed(answer.note)
        return answer.reply


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


def behind_every_door(name: str, run: Callable[[Any, Any], Any]) -> list[Driver]:
    """Return the drivers of a function behind each of AWS's front doors; `run` runs one invocation of it."""
    return [
        EmulatedDriver(f"{name}-{door.name}", door.send_to(run), door.limits, door.reply_limit_bytes)
        for door in FRONT_DOORS
    ]


NO_DEADLINE = {"deadline": f"WSGI knows no deadline: {_WSGI}"}
DRIVERS: list[Driver] = [
    EmulatedDriver("wsgi", in_process.send_to(make_application(Responder(handle, {}))), NO_DEADLINE),
    EmulatedDriver("openfaas", in_process.send_to(make_application(OpenFaaSResponder(handle, {})))),
    *behind_every_door("aws_lambda", make_lambda_handler(handle, {})),
    EmulatedDriver("openwhisk", openwhisk.sender(handle, {}), OPENWHISK_LIMITS, RESULT_LIMIT_BYTES),
    EmulatedDriver("google_cloud", google.SEND),
    EmulatedDriver("azure_functions", azure.SEND, azure.LIMITS),
]
