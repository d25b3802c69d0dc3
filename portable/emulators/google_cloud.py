"""functions-framework under gunicorn: a request to its environ, and an entry point as the application it becomes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

import flask

from . import wsgi
from .messages import Request

HandleHttp = Callable[[flask.Request], flask.Response]


def make_environ(request: Request) -> dict[str, Any]:
    """Return the environ that gunicorn makes of a request: https://docs.gunicorn.org/en/stable/design.html."""
    environ = wsgi.make_environ(request) | {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(request.body)}
    environ["RAW_URI"] = environ.pop("REQUEST_URI")
    return environ


def application(handle_http: HandleHttp) -> wsgi.Application:
    """Return what the framework makes of an entry point: a WSGI application."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return handle_http(flask.Request(environ))(environ, start_response)

    return call
