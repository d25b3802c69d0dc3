"""API Gateway's REST APIs: the document, its deployments, and the stages that show one of them.

https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html
"""

from __future__ import annotations

import copy
import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..exchange import Exchange
from ..patches import bad, conflict, missing, patch, truth
from .rest_spec import methods, read_spec

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
_STAGE_PATCHES: dict[str, Callable[[str], Any]] = {"/description": str, "/tracingEnabled": truth, "/deploymentId": str}
_METHOD_SETTINGS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "throttling/rateLimit": ("throttlingRateLimit", float),
    "throttling/burstLimit": ("throttlingBurstLimit", int),
    "metrics/enabled": ("metricsEnabled", truth),
    "logging/loglevel": ("loggingLevel", str),
    "logging/dataTrace": ("dataTraceEnabled", truth),
}
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
_MOST_STAGES = 10


@dataclass
class Api:
    """One API; the document is what is worked on, and a deployment keeps a copy."""

    facts: dict[str, Any]
    spec: dict[str, Any] | None = None
    deployments: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    stages: dict[str, dict[str, Any]] = field(default_factory=dict)


class RestApis:
    """The operations on APIs, deployments and stages."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.apis: dict[tuple[str, str], Api] = {}
        self._made = 0

    def served(self, region: str, api: str, stage: str) -> dict[str, Any] | None:
        """Return the document that a stage shows; None if there is no such stage."""
        found = self.apis[region, api]
        return found.deployments[found.stages[stage]["deploymentId"]][1] if stage in found.stages else None

    def create_rest_api(self, exchange: Exchange) -> dict[str, Any]:
        """Make an API without methods."""
        kept = ("name", "description", "tags", "apiKeySource", "disableExecuteApiEndpoint")
        facts = {name: exchange.params[name] for name in kept if name in exchange.params}
        types = exchange.params.get("endpointConfiguration", {}).get("types", ["EDGE"])
        return self._new(exchange.region, facts, types).facts

    def import_rest_api(self, exchange: Exchange) -> dict[str, Any]:
        """Make an API of a document; it is an EDGE one if the parameters do not say otherwise."""
        spec = read_spec(exchange.params["body"], exchange.region)
        types = exchange.params.get("parameters", {}).get("endpointConfigurationTypes", "EDGE")
        api = self._new(exchange.region, {}, types.split(","))
        api.spec = spec
        api.facts |= _described(spec)
        return api.facts

    def put_rest_api(self, exchange: Exchange) -> dict[str, Any]:
        """Replace the document (overwrite), or put the paths of this one into it (merge, the default)."""
        api = self._api(exchange)
        spec = read_spec(exchange.params["body"], exchange.region)
        if exchange.params.get("mode", "merge") == "merge" and api.spec:
            api.spec = {**api.spec, **spec, "paths": {**api.spec["paths"], **spec["paths"]}}
        else:
            api.spec = spec
            api.facts |= _described(spec)
        return api.facts

    def get_rest_apis(self, exchange: Exchange) -> dict[str, Any]:
        """Return the region's APIs, 25 at a time."""
        return page(exchange, [api.facts for (region, _), api in self.apis.items() if region == exchange.region])

    def delete_rest_api(self, exchange: Exchange) -> dict[str, Any]:
        """Delete an API with everything in it."""
        self._api(exchange)
        del self.apis[exchange.region, exchange.params["restApiId"]]
        return {}

    def create_deployment(self, exchange: Exchange) -> dict[str, Any]:
        """Keep the document as it is now; with a stage's name, show it there."""
        api, params = self._api(exchange), exchange.params
        every = [method for _, _, method in methods(api.spec)] if api.spec else []
        if not every:
            raise bad("The REST API doesn't contain any methods")
        if not all("x-amazon-apigateway-integration" in method for method in every):
            raise bad("No integration defined for method")
        facts = {"id": self._new_id(), "createdDate": NOW, "description": params.get("description", "")}
        api.deployments[facts["id"]] = (facts, copy.deepcopy(api.spec or {}))
        if stage := params.get("stageName"):
            api.stages[stage] = {**api.stages.get(stage, {"stageName": stage}), "deploymentId": facts["id"]}
        return facts

    def get_deployments(self, exchange: Exchange) -> dict[str, Any]:
        """Return an API's deployments, 25 at a time."""
        return page(exchange, [facts for facts, _ in self._api(exchange).deployments.values()])

    def delete_deployment(self, exchange: Exchange) -> dict[str, Any]:
        """Delete a deployment that no stage shows."""
        wanted = self._deployment(exchange, exchange.params["deploymentId"])["id"]
        api = self._api(exchange)
        if any(stage["deploymentId"] == wanted for stage in api.stages.values()):
            raise bad("Active stages pointing to this deployment must be moved or deleted")
        del api.deployments[wanted]
        return {}

    def create_stage(self, exchange: Exchange) -> dict[str, Any]:
        """Show a deployment under a name."""
        api, params = self._api(exchange), exchange.params
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", params["stageName"]):
            raise bad("Stage name only allows a-zA-Z0-9_-")
        self._deployment(exchange, params["deploymentId"])
        if params["stageName"] in api.stages:
            raise conflict("Stage already exists")
        if len(api.stages) >= _MOST_STAGES:
            raise bad("Maximum number of stages for this API has been reached")
        kept = ("stageName", "deploymentId", "description", "variables", "tracingEnabled", "tags")
        stage = {"tracingEnabled": False, "methodSettings": {}, "createdDate": NOW, "cacheClusterEnabled": False}
        api.stages[params["stageName"]] = stage | {name: params[name] for name in kept if name in params}
        return api.stages[params["stageName"]]

    def get_stages(self, exchange: Exchange) -> dict[str, Any]:
        """Return an API's stages."""
        return {"item": list(self._api(exchange).stages.values())}

    def get_stage(self, exchange: Exchange) -> dict[str, Any]:
        """Return a stage."""
        stages = self._api(exchange).stages
        if exchange.params["stageName"] not in stages:
            raise missing("Invalid stage identifier specified")
        return stages[exchange.params["stageName"]]

    def update_stage(self, exchange: Exchange) -> dict[str, Any]:
        """Patch a stage; `/*/*/throttling/rateLimit` is about every method."""
        stage = self.get_stage(exchange)
        operations = exchange.params["patchOperations"]
        plain = [one for one in operations if one["path"] in _STAGE_PATCHES]
        patched = patch(stage, [*plain], _STAGE_PATCHES)
        self._deployment(exchange, patched["deploymentId"])
        for operation in operations:
            if operation not in plain:
                patched = _method_setting(patched, operation)
        self._api(exchange).stages[stage["stageName"]] = patched
        return patched

    def delete_stage(self, exchange: Exchange) -> dict[str, Any]:
        """Delete a stage."""
        stage = self.get_stage(exchange)
        del self._api(exchange).stages[stage["stageName"]]
        return {}

    def _new(self, region: str, facts: Mapping[str, Any], types: list[str]) -> Api:
        if not {*types} <= {"EDGE", "REGIONAL", "PRIVATE"}:
            raise bad(f"Invalid endpoint types {types}")
        made = {"id": self._new_id(), "createdDate": NOW, "endpointConfiguration": {"types": types}}
        api = Api({**made, "apiKeySource": "HEADER", **facts})
        self.apis[region, api.facts["id"]] = api
        return api

    def _new_id(self) -> str:
        self._made += 1
        return f"a{self._made:09x}"

    def _api(self, exchange: Exchange) -> Api:
        wanted = exchange.params["restApiId"]
        if (exchange.region, wanted) not in self.apis:
            raise missing(f"Invalid API identifier specified {self.account}:{wanted}")
        return self.apis[exchange.region, wanted]

    def _deployment(self, exchange: Exchange, wanted: str) -> dict[str, Any]:
        deployments = self._api(exchange).deployments
        if wanted not in deployments:
            raise missing("Invalid Deployment identifier specified")
        return deployments[wanted][0]


def page(exchange: Exchange, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the items from `position` on, `limit` of them."""
    begin = int(exchange.params.get("position", "0"))
    end = begin + exchange.params.get("limit", 25)
    answer: dict[str, Any] = {"items": items[begin:end]}
    return answer if end >= len(items) else {**answer, "position": str(end)}


def _described(spec: Mapping[str, Any]) -> dict[str, Any]:
    info = spec["info"]
    return {"name": info["title"], "description": info.get("description", ""), "version": info.get("version", "")}


def _method_setting(stage: Mapping[str, Any], operation: Mapping[str, str]) -> dict[str, Any]:
    if found := re.fullmatch(r"/variables/(\w+)", operation["path"]):
        variables = {name: value for name, value in stage.get("variables", {}).items() if name != found[1]}
        return {**stage, "variables": variables | ({found[1]: operation["value"]} if "value" in operation else {})}
    found = re.fullmatch(r"/(?P<of>[^/]+/[A-Z*]+)(/(?P<setting>\w+/\w+))?", operation["path"])
    settings = {key: dict(value) for key, value in stage.get("methodSettings", {}).items()}
    if found and operation["op"] == "remove" and not found["setting"]:
        settings.pop(found["of"], None)
    elif found and operation["op"] == "replace" and found["setting"] in _METHOD_SETTINGS:
        name, kind = _METHOD_SETTINGS[found["setting"]]
        settings.setdefault(found["of"], {})[name] = kind(operation["value"])
    else:
        raise bad(f"Invalid method setting path: {operation['path']}")
    return {**stage, "methodSettings": settings}
