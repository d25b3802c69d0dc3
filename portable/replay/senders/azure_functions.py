"""The Azure shim's HTTP function, behind Azure's host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import uuid4

from platforms.azure_functions.shim import make_http

from ...emulators.azure_functions import from_response, make_context, to_request
from ...emulators.messages import Answer, Request

if TYPE_CHECKING:
    from platforms.loading import Handler

    from ..targets import Send


def sender(handler: Handler, environ: Mapping[str, str]) -> Send:
    """Return what sends a request to the shim."""
    http = make_http(handler, environ)

    def send(request: Request) -> Answer:
        return Answer(from_response(http(to_request(request), make_context(str(uuid4()))), request.method))

    return send
