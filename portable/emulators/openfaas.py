"""OpenFaaS's gateway in front of the function's server, which is a WSGI server too: nothing is done to a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from platforms.openfaas.shim import OpenFaaSResponder
from platforms.wsgi.shim import make_application

from .wsgi import send_to

if TYPE_CHECKING:
    from platforms.loading import Handler

    from .messages import Send


def sender(handler: Handler, environ: Mapping[str, str]) -> Send:
    """Return what sends a request to the shim, with the limits that the environment sets."""
    return send_to(make_application(OpenFaaSResponder(handler, environ)))
