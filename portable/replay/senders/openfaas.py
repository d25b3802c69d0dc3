"""The OpenFaaS shim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from platforms.openfaas.shim import OpenFaaSResponder

from .wsgi import send_to

if TYPE_CHECKING:
    from platforms.loading import Handler

    from ..targets import Send


def sender(handler: Handler, environ: Mapping[str, str]) -> Send:
    """Return what sends a request to the shim, with the limits that the environment sets."""
    return send_to(OpenFaaSResponder(handler, environ))
