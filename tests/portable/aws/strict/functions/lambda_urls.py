"""Function URLs: one for each alias, or for the function itself.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html
"""

from __future__ import annotations

import hashlib
from typing import Any

from ..exchange import Exchange, Refusal
from .lambda_state import Function, LambdaState

_NOW = "2026-11-23T12:00:00Z"
_KEPT = ("AuthType", "Cors", "InvokeMode")


class LambdaUrls:
    """The operations on URLs, and what a URL leads to."""

    def __init__(self, state: LambdaState) -> None:
        self._state = state
        self._made = 0

    def create_function_url_config(self, exchange: Exchange) -> dict[str, Any]:
        """Make a URL for an alias."""
        function, qualifier = self._find(exchange)
        if qualifier in function.urls:
            message = f"Failed to create function url config for [functionArn = {function.arn}]. Error message: "
            raise Refusal(
                "ResourceConflictException", f"{message}FunctionUrlConfig exists for this Lambda function", 409
            )
        self._made += 1
        name = hashlib.sha256(f"{function.arn}:{self._made}".encode()).hexdigest()[:32]
        function.urls[qualifier] = {
            "FunctionUrl": f"https://{name}.lambda-url.{exchange.region}.on.aws/",
            "FunctionArn": f"{function.arn}:{qualifier}" if qualifier else function.arn,
            "InvokeMode": "BUFFERED",
            "CreationTime": _NOW,
            "LastModifiedTime": _NOW,
            **{key: exchange.params[key] for key in _KEPT if key in exchange.params},
        }
        return function.urls[qualifier]

    def update_function_url_config(self, exchange: Exchange) -> dict[str, Any]:
        """Change what is given."""
        found = self._config(exchange)
        found |= {key: exchange.params[key] for key in _KEPT if key in exchange.params}
        return found

    def get_function_url_config(self, exchange: Exchange) -> dict[str, Any]:
        """Return a qualifier's URL."""
        return self._config(exchange)

    def list_function_url_configs(self, exchange: Exchange) -> dict[str, Any]:
        """Return every URL of a function."""
        function, _ = self._state.find(exchange.region, exchange.params)
        return {"FunctionUrlConfigs": list(function.urls.values())}

    def delete_function_url_config(self, exchange: Exchange) -> dict[str, Any]:
        """Delete a qualifier's URL."""
        self._config(exchange)
        function, qualifier = self._find(exchange)
        del function.urls[qualifier]
        return {}

    def of_host(self, host: str) -> dict[str, Any] | None:
        """Return the configuration of the URL with this host."""
        every = [config for function in self._state.all.values() for config in function.urls.values()]
        return next((config for config in every if config["FunctionUrl"] == f"https://{host}/"), None)

    def _find(self, exchange: Exchange) -> tuple[Function, str]:
        function, qualifier = self._state.find(exchange.region, exchange.params)
        if qualifier and qualifier not in function.aliases:
            raise Refusal("ResourceNotFoundException", f"Function not found: {function.arn}:{qualifier}", 404)
        return function, qualifier

    def _config(self, exchange: Exchange) -> dict[str, Any]:
        function, qualifier = self._find(exchange)
        if qualifier not in function.urls:
            raise Refusal("ResourceNotFoundException", "The resource you requested does not exist.", 404)
        return function.urls[qualifier]
