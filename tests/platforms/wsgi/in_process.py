"""A WSGI application called in process, under the standard library's validator, as a client sees it."""

from __future__ import annotations

from typing import Any
from wsgiref.validate import validator

from portable.emulators.wsgi import Application as Application
from portable.emulators.wsgi import call
from portable.emulators.wsgi import make_environ as make_environ
from tests.conformance import Reply, Request


def send(application: Application, request: Request, *, script_name: str = "", **environ: Any) -> Reply:
    """Call a WSGI application with one request; raises Broken where its body raises."""
    return call(validator(application), make_environ(request, script_name) | environ)
