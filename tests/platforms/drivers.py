"""The drivers that need no other process: every shim, called as its platform would call it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from platforms.aws_lambda.shim import make_lambda_handler
from platforms.openfaas.shim import OpenFaaSResponder

#OW from platforms.openwhisk.shim import make_main
from platforms.wsgi.responder import Responder
from platforms.wsgi.shim import make_application
from tests.conformance import Driver, Reply, Request
from tests.functions.conformance.handler import handle
from tests.platforms.aws_lambda.front_doors import FRONT_DOORS, FrontDoor, Invocation

#OW from tests.platforms.openwhisk import controller
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
    """The Lambda shim behind one front door."""

    door: FrontDoor
    handler = staticmethod(make_lambda_handler(handle, {}))

    @property
    def platform(self) -> str:
        """The front door's name."""
        return f"aws_lambda-{self.door.name}"

    @property
    def limits(self) -> Mapping[str, str]:
        """What the front door cannot carry."""
        return self.door.limits

    @property
    def reply_limit_bytes(self) -> int | None:
        """What the front door carries at most."""
        return self.door.reply_limit_bytes

    def send(self, request: Request) -> Reply:
        """Call the shim with the front door's event."""
        event = self.door.to_event(request)
        reply: Reply = self.door.from_reply(self.handler(event, Invocation()), event)
        return reply


NO_DEADLINE = {"deadline": f"WSGI knows no deadline: {_WSGI}"}
DRIVERS: list[Driver] = [
    WsgiDriver("wsgi", make_application(Responder(handle, {})), NO_DEADLINE),
    WsgiDriver("openfaas", make_application(OpenFaaSResponder(handle, {}))),
    *map(LambdaDriver, FRONT_DOORS),
]
