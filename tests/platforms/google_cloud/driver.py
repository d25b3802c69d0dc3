"""The Google Cloud shim in process: a Flask request of a strict environ, and the reply as a WSGI server sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import flask

from platforms.google_cloud.shim import make_handle_http
from portable.emulators.google_cloud import HandleHttp
from portable.emulators.google_cloud import application as application
from portable.emulators.google_cloud import make_environ as make_environ
from tests.conformance import Reply, Request
from tests.functions.conformance.handler import handle
from tests.platforms.wsgi import in_process


def make_request(request: Request, **changed: Any) -> flask.Request:
    """Return Flask's request, with some keys of the environ changed."""
    return flask.Request(make_environ(request) | changed)


_HANDLE_HTTP = make_handle_http(handle, {"CLOUD_RUN_TIMEOUT_SECONDS": "60", "K_SERVICE": "function"})


@dataclass(frozen=True)
class GoogleDriver:
    """The entry point for HTTP, with the environment of Cloud Run."""

    platform = "google_cloud"
    limits: Mapping[str, str] = field(default_factory=dict)
    reply_limit_bytes: int | None = None
    handle_http: HandleHttp = _HANDLE_HTTP

    def send(self, request: Request) -> Reply:
        """Call the entry point as the framework would."""

        def with_gunicorns_environ(_: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            return application(self.handle_http)(make_environ(request), start_response)

        return in_process.send(with_gunicorns_environ, request)
