"""Azure's HttpRequest and triggers to the contract and back, by the v2 programming model.

Entry point: `app`, whose functions the worker indexes: `http` takes every request, `triggers.py` has the others. What
they bring is read by `events.py`, which is imported when the first of it arrives.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

import azure.functions as azf

from ..contract import BadRequest, Context, Event, Response
from ..encoding import split_cookies
from ..invoke import buffer, deliver, error_response, invoke, refuse
from ..loading import load_handler
from ..result import group
from .cookies import Unsendable, carried
from .limits import HTTP_TIMEOUT_S, MAX_REPLY_BYTES
from .settings import auth_level_of, base_path_of, timeout_of
from .triggers import add_triggers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..loading import Handler


def to_event(request: azf.HttpRequest, native_context: azf.Context, environ: Mapping[str, str]) -> Event:
    """Return the Event of a request. Raises BadRequest if its path is malformed, or its body was sent in chunks.

    The query is the URL's: `params` has lost what is empty. The path is without the prefix that host.json's is told
    to be by a setting; that of the package is empty.
    """
    scheme, _, rest = request.url.partition("://")
    host, slash, target = rest.partition("/")
    raw_path, _, raw_query = (slash + target).partition("?")
    headers = dict(request.headers)
    if "chunked" in headers.get("transfer-encoding", "").lower() and not request.get_body():
        # https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.Grpc/MessageExtensions/GrpcMessageConversionExtensions.cs
        raise BadRequest("Azure does not pass on a body that is sent in chunks: send its Content-Length", status=411)
    if "cookie" in headers:
        headers["cookie"] = split_cookies(headers["cookie"])
    if trace_parent := getattr(native_context.trace_context, "trace_parent", None):
        headers.setdefault("traceparent", trace_parent)
    base_path = base_path_of(raw_path, environ)
    return Event(
        request.method,
        raw_path=raw_path[len(base_path) :] or "/",
        raw_query=raw_query,
        header_pairs=list(headers.items()),
        body=request.get_body(),
        base_path=base_path,
        scheme=scheme,
        host=host,
    )


def to_context(
    native: Any, native_context: azf.Context, event: Event, environ: Mapping[str, str], timeout_s: float | None
) -> Context:
    """Return the facts about one invocation; its id is the host's. Where there is a deadline it counts from now on."""
    return Context(
        request_id=native_context.invocation_id,
        # https://learn.microsoft.com/azure/app-service/reference-app-settings#app-environment
        function_name=environ.get("WEBSITE_SITE_NAME") or native_context.function_name,
        platform="azure_functions",
        event=event,
        deadline=None if timeout_s is None else time.time() + timeout_s,
        native=(native, native_context),
    )


def to_native(response: Response, context: Context) -> azf.HttpResponse:
    """Return a normalised Response as Azure's; logs what Azure changes of a cookie, by the cookie's name.

    Raises Unsendable if the host or the worker would refuse or drop something.
    """
    headers: list[tuple[str, str]] = list(response.headers)
    if unsendable := next((name for name, value in headers if not value.isascii()), None):
        # https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/options: ASCII, unless the host says else
        raise Unsendable(f"Azure sends ASCII only in headers, and {unsendable} has other characters")
    # Azure keeps the last of a header's values only: https://github.com/Azure/azure-functions-python-library/issues/78
    joined = {name: ", ".join(values) for name, values in group(headers).items() if name.lower() != "set-cookie"}
    native = azf.HttpResponse(response.body, status_code=response.status, headers=joined)
    for value in (value for name, value in headers if name.lower() == "set-cookie"):
        cookie, changes = carried(value)
        native.headers.add("Set-Cookie", cookie)
        for change in changes:
            context.log.warning("request %s: Azure changes a cookie: %s", context.request_id, change)
    return native


def make_http(handler: Handler, environ: Mapping[str, str]) -> Callable[[azf.HttpRequest, azf.Context], Any]:
    """Return the function for the HTTP trigger. RAISE_ERRORS=1 lets the handler's errors reach the worker."""
    raise_errors = environ.get("RAISE_ERRORS") == "1"
    timeout_s = min(HTTP_TIMEOUT_S, timeout_of(environ) or HTTP_TIMEOUT_S)

    def http(req: azf.HttpRequest, context: azf.Context) -> azf.HttpResponse:
        try:
            event = to_event(req, context, environ)
        except BadRequest as error:
            refused = Context(request_id=context.invocation_id, function_name="", platform="", event=Event("GET"))
            return to_native(refuse(error, context.invocation_id, req.method), refused)
        facts = to_context(req, context, event, environ, timeout_s)
        response = invoke(handler, event, facts, raise_errors=raise_errors)
        response = buffer(response, facts, event.method, MAX_REPLY_BYTES, "Azure Functions", raise_errors=raise_errors)
        try:
            return to_native(response, facts)
        except Unsendable as error:
            facts.log.error("request %s: %s", facts.request_id, error)
            return to_native(error_response(str(error), 500, facts.request_id, event.method), facts)

    return http


def make_run(handler: Handler, environ: Mapping[str, str]) -> Callable[[Any, azf.Context], None]:
    """Return what calls the handler with what a trigger brings.

    What it raises, and an answer from 400 on, is a failed invocation: Azure tries again where the trigger does so.
    """

    def run(native: Any, context: azf.Context) -> None:
        from . import events

        event = events.to_event(native, context)
        deliver(handler, event, to_context(native, context, event, environ, timeout_of(environ)))

    return run


def make_app(handler: Handler, environ: Mapping[str, str]) -> azf.FunctionApp:
    """Return the app with its functions, as the settings in `environ` want them. Raises ValueError for a wrong one."""
    app = azf.FunctionApp(http_auth_level=auth_level_of(environ))
    http = make_http(handler, environ)
    app.function_name("http")(app.route("{*path}", methods=list(azf.HttpMethod))(http))
    add_triggers(app, make_run(handler, environ), environ)
    return app


def __getattr__(name: str) -> Any:
    # made when it is asked for: tests bring a handler of their own
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return make_app(load_handler(os.environ), os.environ)
