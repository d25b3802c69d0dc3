"""functions-framework under gunicorn: a request to its environ, and an entry point as the application it becomes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import flask

from platforms.google_cloud.shim import make_handle_event, make_handle_http

from . import wsgi
from .cloud_events import to_request
from .messages import Answer, Request, Send

if TYPE_CHECKING:
    from platforms.loading import Handler

HandleHttp = Callable[[flask.Request], flask.Response]
# https://cloud.google.com/run/docs/container-contract#services-env-vars
_FACTS = {"K_SERVICE": "function", "CLOUD_RUN_TIMEOUT_SECONDS": "60"}


def to_environ(request: Request) -> dict[str, Any]:
    """Return the environ that gunicorn makes of a request: https://docs.gunicorn.org/en/stable/design.html."""
    environ = wsgi.to_native(request) | {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(request.body)}
    environ["RAW_URI"] = environ.pop("REQUEST_URI")
    return environ


def to_native(request: Request, **changed: Any) -> flask.Request:
    """Return what the entry point is called with, with some keys of the environ changed."""
    return flask.Request(to_environ(request) | changed)


def application(handle_http: HandleHttp) -> wsgi.Application:
    """Return the WSGI application that the framework makes of an entry point."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return handle_http(flask.Request(environ))(environ, start_response)

    return call


def send_to(handle_http: HandleHttp) -> Send:
    """Return what sends a request to an entry point."""
    served = application(handle_http)
    return lambda request: Answer(wsgi.from_native(served, to_environ(request)))


def sender(handler: Handler, environ: Mapping[str, str]) -> Send:
    """Return what sends a request to the shim, with the environment of Cloud Run."""
    return send_to(make_handle_http(handler, {**_FACTS, **environ}))


def runner(handler: Handler, environ: Mapping[str, str]) -> Callable[[Any], None]:
    """Return what gives a CloudEvent, in the JSON format, to the shim as Eventarc brings it: in a request's headers.

    https://cloud.google.com/eventarc/docs/workflows/cloudevents
    """
    handle_event = make_handle_event(handler, {**_FACTS, **environ})
    framework = flask.Flask(__name__)

    def run(native: Any) -> None:
        with framework.request_context(to_environ(to_request(native))):
            handle_event(native)

    return run
