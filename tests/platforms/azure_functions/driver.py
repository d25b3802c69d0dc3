"""The Azure shim behind Azure's host: the function that the app registered, and what the host cannot carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import azure.functions as azf

from platforms.azure_functions.shim import make_app
from portable.emulators import azure_functions as host
from tests.functions.conformance.handler import handle

_HOST = "https://github.com/Azure/azure-functions-host/blob/dev/src"
_TO_RPC = f"{_HOST}/WebJobs.Script.Grpc/MessageExtensions/GrpcMessageConversionExtensions.cs"
_PATH_STRING = "https://github.com/dotnet/aspnetcore/blob/main/src/Http/Http.Abstractions/src/PathString.cs"
_ROUTES = "https://github.com/dotnet/aspnetcore/blob/main/src/Http/Routing/src/Patterns/RoutePatternMatcher.cs"
_COOKIES = "https://github.com/Azure/azure-functions-python-library/blob/dev/azure/functions/http.py"
LIMITS = {
    "stream": f"an answer is one message to the host: {_TO_RPC}",
    "chunked": f"only a body with a Content-Length reaches the worker: {_TO_RPC}",
    "encoded_percent": f"the host decodes %25, and then takes what follows for an escape: {_PATH_STRING}",
    "malformed_path": f"the host encodes the path anew, and a malformed escape with it: {_PATH_STRING}",
    "leading_double_slash": f"no route matches an empty first segment, so the host answers 404: {_ROUTES}",
    "cookie_text": f"the worker parses a cookie, and drops one that it cannot: {_COOKIES}",
}


def native_context(name: str = "http", trace_parent: str = "") -> Any:
    """Return what the worker gives beside a trigger's object."""
    return host.make_context("2f6a5e0c-7a5e-4c43-9a0e-3b1f6b7a1c11", name, trace_parent)


def functions_of(app: azf.FunctionApp) -> dict[str, Callable[..., Any]]:
    """Return what the app's decorators registered, by name."""
    return {str(one.get_function_name()): one.get_user_function() for one in app.get_functions()}


SEND = host.send_to(functions_of(make_app(handle, {}))["http"])
