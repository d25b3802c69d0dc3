"""The Azure shim in process: azure.functions' own request and response, and the function that the app registered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import azure.functions as azf

from platforms.azure_functions.shim import make_app
from tests.conformance import Reply, Request
from tests.functions.conformance.handler import handle
from tests.platforms.azure_functions import host


def native_context(name: str = "http", trace_parent: str = "") -> Any:
    """Return what the worker gives beside a trigger's object."""
    return SimpleNamespace(
        invocation_id="2f6a5e0c-7a5e-4c43-9a0e-3b1f6b7a1c11",
        function_name=name,
        function_directory="/home/site/wwwroot",
        trace_context=SimpleNamespace(trace_parent=trace_parent, trace_state="", attributes={}),
        retry_context=None,
    )


def functions_of(app: azf.FunctionApp) -> dict[str, Callable[..., Any]]:
    """Return what the app's decorators registered, by name."""
    return {str(one.get_function_name()): one.get_user_function() for one in app.get_functions()}


@dataclass(frozen=True)
class AzureDriver:
    """The function of the HTTP trigger, behind Azure's host."""

    http: Callable[..., Any]
    platform = "azure_functions"
    limits = host.LIMITS
    reply_limit_bytes = None

    def send(self, request: Request) -> Reply:
        """Call the function as the worker would."""
        response = self.http(req=host.to_request(request), context=native_context())
        return host.from_response(response, request.method)


DRIVER = AzureDriver(functions_of(make_app(handle, {}))["http"])
