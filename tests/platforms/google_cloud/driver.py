"""The Google Cloud shim under functions-framework, whose application stands under the standard library's validator."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from platforms.google_cloud.shim import make_handle_http
from portable.emulators import google_cloud
from portable.emulators.google_cloud import HandleHttp
from portable.emulators.messages import Answer, Send
from tests.conformance import Request
from tests.functions.conformance.handler import handle
from tests.platforms.wsgi import in_process

application = google_cloud.application
make_environ = google_cloud.to_environ
make_request = google_cloud.to_native


def send_to(handle_http: HandleHttp) -> Send:
    """Return what calls an entry point as the framework would."""

    def send(request: Request) -> Answer:
        def with_gunicorns_environ(_: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            return application(handle_http)(make_environ(request), start_response)

        return Answer(in_process.send(with_gunicorns_environ, request))

    return send


SEND = send_to(make_handle_http(handle, {"CLOUD_RUN_TIMEOUT_SECONDS": "60", "K_SERVICE": "function"}))
