"""The tags of HTTP APIs and of their stages."""

from __future__ import annotations

from typing import Any

from ..exchange import Exchange
from ..patches import missing
from .http_apis import HttpApis


class HttpTags:
    """The operations on tags."""

    def __init__(self, http: HttpApis) -> None:
        self._http = http

    def get_tags(self, exchange: Exchange) -> dict[str, Any]:
        """Return the tags of an API's ARN."""
        return {"Tags": self._tagged(exchange).get("Tags", {})}

    def tag_resource(self, exchange: Exchange) -> dict[str, Any]:
        """Add tags."""
        found = self._tagged(exchange)
        found["Tags"] = {**found.get("Tags", {}), **exchange.params["Tags"]}
        return {}

    def untag_resource(self, exchange: Exchange) -> dict[str, Any]:
        """Take tags."""
        found = self._tagged(exchange)
        found["Tags"] = {k: v for k, v in found.get("Tags", {}).items() if k not in exchange.params["TagKeys"]}
        return {}

    def _tagged(self, exchange: Exchange) -> dict[str, Any]:
        begin = f"arn:aws:apigateway:{exchange.region}::/apis/"
        api, _, stage = exchange.params["ResourceArn"].removeprefix(begin).partition("/stages/")
        found = self._http.apis.get((exchange.region, api))
        if found is None or (stage and stage not in found.stages):
            raise missing("Invalid resource ARN specified")
        return found.stages[stage] if stage else found.facts
