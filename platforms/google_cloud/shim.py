"""Google's functions-framework to the contract and back: a Flask request, a CloudEvent, or data with a context.

Entry points: `handle_http` and `handle_event`. Both must be real functions: the framework takes no other callable,
https://github.com/GoogleCloudPlatform/functions-framework-python/blob/main/src/functions_framework/_function_registry.py
What is no HTTP is read by `events.py`, which is imported when the first of it arrives.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from io import BytesIO

import flask

from .. import wsgi_environ
from ..contract import BadRequest, Context, Event, Response
from ..invoke import deliver, invoke, refuse, too_large
from ..loading import load_handler
from ..result import Stream, length_to_send
from .limits import MAX_REPLY_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..loading import Handler


class Reply(flask.Response):
    """A reply with just the headers it is given: Flask would name a type, and rewrite or refuse a Location."""

    default_mimetype = None

    def get_wsgi_headers(self, environ: Any) -> Any:
        """Return the headers as they are."""
        return self.headers


def to_event(request: flask.Request, environ: Mapping[str, str]) -> Event:
    """Return the Event of a request; its body stays there for who reads the request itself.

    Raises BadRequest if its body is cut short or malformed, or its path is malformed.
    """
    native = {**request.environ, "wsgi.input": BytesIO(_body_of(request))}
    if environ.get("K_SERVICE"):
        native |= _vouched_for(request)
    return wsgi_environ.to_event(native)


def to_context(native: Any, event: Event, environ: Mapping[str, str], request_id: str) -> Context:
    """Return the facts about one call. Where there is a deadline it counts from now on."""
    # https://github.com/GoogleCloudPlatform/functions-framework-python/blob/main/src/functions_framework/_http/gunicorn.py
    timeout_s = int(environ.get("CLOUD_RUN_TIMEOUT_SECONDS") or 0)
    return Context(
        request_id=request_id,
        # https://cloud.google.com/run/docs/container-contract#services-env-vars
        function_name=environ.get("K_SERVICE") or "function",
        platform="google_cloud",
        event=event,
        deadline=time.time() + timeout_s if timeout_s else None,
        native=native,
    )


def to_native(response: Response) -> flask.Response:
    """Return a normalised Response as Flask's; the server closes it, and with it a stream."""
    body = response.body
    headers: list[tuple[str, str]] = list(response.headers)
    if (length := length_to_send(response)) is not None:
        headers.append(("Content-Length", str(length)))
    # bytes in a list, for Flask counts their length anew, and HEAD has another
    return Reply(body if isinstance(body, Stream) else [body], response.status, headers)


def make_handle_http(handler: Handler, environ: Mapping[str, str]) -> Callable[[flask.Request], flask.Response]:
    """Return the function that the framework calls with a request. RAISE_ERRORS=1 lets the handler's errors reach it.

    A reply over the limit is a clear 500 where Cloud Run would refuse it; a stream goes on without a limit of ours.
    """
    raise_errors = environ.get("RAISE_ERRORS") == "1"

    def handle_http(request: flask.Request) -> flask.Response:
        request_id = _request_id(request)
        try:
            event = to_event(request, environ)
        except BadRequest as error:
            return to_native(refuse(error, request_id, request.method))
        context = to_context(request, event, environ, request_id)
        response = invoke(handler, event, context, raise_errors=raise_errors)
        if isinstance(response.body, bytes) and len(response.body) > MAX_REPLY_BYTES and environ.get("K_SERVICE"):
            response = too_large(context, event.method, MAX_REPLY_BYTES, "Cloud Run")
        return to_native(response)

    return handle_http


def make_handle_event(handler: Handler, environ: Mapping[str, str]) -> Callable[..., None]:
    """Return the function that the framework calls with a CloudEvent, or with a background event's data and context.

    What the handler raises goes on to the framework, which answers 500; so does an answer from 400 on, and an event
    that is neither, which is refused before the handler sees it. Google tries again, if the function has retries.
    """

    def handle_event(event: Any, context: Any = None) -> None:
        from . import events

        native = event if context is None else (event, context)
        delivery = flask.request if flask.has_request_context() else None
        call_event = events.to_event(event, context, delivery)
        request_id = call_event.headers["ce-id"] if delivery is None else _request_id(delivery)
        deliver(handler, call_event, to_context(native, call_event, environ, request_id))

    return handle_event


def _body_of(request: flask.Request) -> bytes:
    try:
        return request.get_data()
    except Exception as error:  # every server has errors of its own for a body that is malformed or cut short
        raise BadRequest(f"the body cannot be read: {error}") from error


def _vouched_for(request: flask.Request) -> dict[str, str]:
    """Return what Google's front end says of the caller, as it stands in the environ.

    It adds to X-Forwarded-For what the caller sent in it, so only the last entry is its own word; behind a load
    balancer of yours that is the balancer's. https://cloud.google.com/functions/docs/reference/headers
    https://cloud.google.com/load-balancing/docs/https#x-forwarded-for_header
    """
    client_ip, scheme = (
        request.headers.get(name, "").rpartition(",")[2].strip() for name in ("X-Forwarded-For", "X-Forwarded-Proto")
    )
    said = {"REMOTE_ADDR": client_ip, "wsgi.url_scheme": scheme if scheme in ("http", "https") else ""}
    return {name: value for name, value in said.items() if value}


def _request_id(request: flask.Request) -> str:
    """Return the execution's id, which the framework makes; elsewhere the trace's, or a new one."""
    headers = request.headers
    if execution_id := headers.get("Function-Execution-Id"):
        return execution_id
    # TRACE_ID/SPAN_ID;o=1 and 00-TRACE_ID-SPAN_ID-01: https://cloud.google.com/trace/docs/trace-context
    trace_id = headers.get("X-Cloud-Trace-Context", "").partition("/")[0]
    if trace_id := trace_id or headers.get("traceparent", "").partition("-")[2].partition("-")[0]:
        return trace_id
    from uuid import uuid4

    return uuid4().hex


_handler = load_handler(os.environ)
handle_http = make_handle_http(_handler, os.environ)
handle_event = make_handle_event(_handler, os.environ)
