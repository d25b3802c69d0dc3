"""A WSGI application called in process, under the standard library's validator, as a client sees it."""

from __future__ import annotations

from typing import Any
from wsgiref.validate import validator

from portable.emulators import wsgi
from portable.emulators.messages import Send
from portable.emulators.wsgi import Application, from_native
from tests.conformance import Reply, Request

make_environ = wsgi.to_native


def send(application: Application, request: Request, *, script_name: str = "", **environ: Any) -> Reply:
    """Call a WSGI application with one request; raises Broken where its body raises."""
    return from_native(validator(application), make_environ(request, script_name) | environ)


def send_to(application: Application) -> Send:
    """Return what sends requests to an application."""
    return wsgi.send_to(validator(application))
