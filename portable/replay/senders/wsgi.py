"""The WSGI shim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from platforms.wsgi.responder import Responder
from platforms.wsgi.shim import make_application

from ...emulators.messages import Answer, Request
from ...emulators.wsgi import call, make_environ

if TYPE_CHECKING:
    from platforms.loading import Handler

    from ..targets import Send


def sender(handler: Handler, environ: Mapping[str, str]) -> Send:
    """Return what sends a request to the shim."""
    return send_to(Responder(handler, environ))


def send_to(responder: Responder) -> Send:
    """Return what sends a request to the application of a Responder."""
    application = make_application(responder)

    def send(request: Request) -> Answer:
        return Answer(call(application, make_environ(request)))

    return send
