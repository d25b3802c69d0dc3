"""The Google Cloud shim, as functions-framework calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from platforms.google_cloud.shim import make_handle_http

from ...emulators.google_cloud import application, make_environ
from ...emulators.messages import Answer, Request
from ...emulators.wsgi import call

if TYPE_CHECKING:
    from platforms.loading import Handler

    from ..targets import Send

# https://cloud.google.com/run/docs/container-contract#services-env-vars
_FACTS = {"K_SERVICE": "function", "CLOUD_RUN_TIMEOUT_SECONDS": "60"}


def sender(handler: Handler, environ: Mapping[str, str]) -> Send:
    """Return what sends a request to the shim."""
    served = application(make_handle_http(handler, {**_FACTS, **environ}))

    def send(request: Request) -> Answer:
        return Answer(call(served, make_environ(request)))

    return send
