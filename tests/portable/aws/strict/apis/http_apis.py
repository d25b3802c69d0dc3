"""API Gateway's HTTP APIs: integrations, routes, and stages that deploy by themselves or show a deployment.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/api-reference.html
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..exchange import Exchange
from ..patches import bad, conflict, missing
from .http_checks import check_integration, check_route, check_stage
from .rest_apis import NOW

_API = ("Name", "Description", "CorsConfiguration", "DisableExecuteApiEndpoint", "Version", "Tags")
_INTEGRATION = (
    *("IntegrationType", "IntegrationUri", "IntegrationMethod", "PayloadFormatVersion", "TimeoutInMillis"),
    *("Description", "ConnectionType", "CredentialsArn"),
)
_ROUTE = ("RouteKey", "Target", "AuthorizationType", "OperationName")
_STAGE = (
    *("StageName", "AutoDeploy", "DefaultRouteSettings", "RouteSettings", "Description", "Tags", "StageVariables"),
    *("DeploymentId", "AccessLogSettings"),
)


@dataclass
class Api:
    """One API with its children by their ids; what a deployment shows is a copy of routes and integrations."""

    facts: dict[str, Any]
    integrations: dict[str, dict[str, Any]] = field(default_factory=dict)
    routes: dict[str, dict[str, Any]] = field(default_factory=dict)
    stages: dict[str, dict[str, Any]] = field(default_factory=dict)
    deployments: dict[str, dict[str, Any]] = field(default_factory=dict)
    shown: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = field(default_factory=dict)


class HttpApis:
    """The operations on HTTP APIs."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.apis: dict[tuple[str, str], Api] = {}
        self._made = 0

    def served(self, region: str, api: str, stage: str) -> list[tuple[dict[str, Any], dict[str, Any]]] | None:
        """Return each route that a stage shows, with its integration; None if there is no such stage."""
        found = self.apis[region, api]
        if stage not in found.stages:
            return None
        if found.stages[stage].get("AutoDeploy"):
            return _snapshot(found)
        return found.shown.get(found.stages[stage].get("DeploymentId", ""), [])

    def create_api(self, exchange: Exchange) -> dict[str, Any]:
        """Make an API; with a target, its integration, route and `$default` stage too, all managed (quick create)."""
        params = exchange.params
        if params["ProtocolType"] != "HTTP":
            raise bad("this world has HTTP APIs alone")
        made = self._new_id()
        facts: dict[str, Any] = {
            "ApiId": made,
            "ProtocolType": "HTTP",
            "RouteSelectionExpression": "$request.method $request.path",
        }
        facts |= {"ApiEndpoint": f"https://{made}.execute-api.{exchange.region}.amazonaws.com", "CreatedDate": NOW}
        api = Api({**facts, "ApiKeySelectionExpression": "$request.header.x-api-key", **_kept(params, _API)})
        self.apis[exchange.region, made] = api
        if "Target" in params:
            self._quick_create(api, params)
        return api.facts

    def get_apis(self, exchange: Exchange) -> dict[str, Any]:
        """Return the region's APIs, in pages."""
        return _page(exchange, [api.facts for (region, _), api in self.apis.items() if region == exchange.region])

    def delete_api(self, exchange: Exchange) -> dict[str, Any]:
        """Delete an API with everything in it."""
        self._api(exchange)
        del self.apis[exchange.region, exchange.params["ApiId"]]
        return {}

    def create_integration(self, exchange: Exchange) -> dict[str, Any]:
        """Make an integration."""
        facts = {"IntegrationId": self._new_id(), "TimeoutInMillis": 30_000, "ConnectionType": "INTERNET"}
        made = check_integration(facts | _kept(exchange.params, _INTEGRATION), exchange.region)
        self._api(exchange).integrations[made["IntegrationId"]] = made
        return made

    def update_integration(self, exchange: Exchange) -> dict[str, Any]:
        """Change what is given."""
        found = self.get_integration(exchange)
        found |= check_integration({**found, **_kept(exchange.params, _INTEGRATION)}, exchange.region)
        return found

    def get_integration(self, exchange: Exchange) -> dict[str, Any]:
        """Return an integration."""
        return _child(self._api(exchange).integrations, exchange, "IntegrationId")

    def get_integrations(self, exchange: Exchange) -> dict[str, Any]:
        """Return an API's integrations, in pages."""
        return _page(exchange, [*self._api(exchange).integrations.values()])

    def delete_integration(self, exchange: Exchange) -> dict[str, Any]:
        """Delete an integration that is not managed and that no route uses."""
        found, api = self.get_integration(exchange), self._api(exchange)
        if found.get("ApiGatewayManaged"):
            raise bad("Managed integrations cannot be deleted")
        if any(one.get("Target") == f"integrations/{found['IntegrationId']}" for one in api.routes.values()):
            raise conflict(f"Integration {found['IntegrationId']} is in use by a route")
        del api.integrations[found["IntegrationId"]]
        return {}

    def create_route(self, exchange: Exchange) -> dict[str, Any]:
        """Make a route."""
        api, params = self._api(exchange), exchange.params
        made = {
            "RouteId": self._new_id(),
            "AuthorizationType": "NONE",
            "ApiKeyRequired": False,
            **_kept(params, _ROUTE),
        }
        check_route(made, api.integrations)
        if any(one["RouteKey"] == made["RouteKey"] for one in api.routes.values()):
            raise conflict(f"Route with key {made['RouteKey']} already exists for this API")
        api.routes[made["RouteId"]] = made
        return made

    def update_route(self, exchange: Exchange) -> dict[str, Any]:
        """Change what is given."""
        found = self.get_route(exchange)
        if found.get("ApiGatewayManaged") and "RouteKey" in exchange.params:
            raise bad("The key of a managed route cannot be modified")
        wanted = {**found, **_kept(exchange.params, _ROUTE)}
        check_route(wanted, self._api(exchange).integrations)
        found |= wanted
        return found

    def get_route(self, exchange: Exchange) -> dict[str, Any]:
        """Return a route."""
        return _child(self._api(exchange).routes, exchange, "RouteId")

    def get_routes(self, exchange: Exchange) -> dict[str, Any]:
        """Return an API's routes, in pages."""
        return _page(exchange, [*self._api(exchange).routes.values()])

    def delete_route(self, exchange: Exchange) -> dict[str, Any]:
        """Delete a route."""
        found = self.get_route(exchange)
        del self._api(exchange).routes[found["RouteId"]]
        return {}

    def create_stage(self, exchange: Exchange) -> dict[str, Any]:
        """Make a stage."""
        api, params = self._api(exchange), exchange.params
        if not re.fullmatch(r"\$default|[\w-]{1,128}", params["StageName"]):
            raise bad("Stage name only allows a-zA-Z0-9_- and $default")
        if params["StageName"] in api.stages:
            raise conflict("Stage already exists")
        made = {"CreatedDate": NOW, "LastUpdatedDate": NOW, "AutoDeploy": False, **_kept(params, _STAGE)}
        made.setdefault("DefaultRouteSettings", {"DetailedMetricsEnabled": False})
        check_stage(made, api.deployments)
        api.stages[params["StageName"]] = made
        return made

    def update_stage(self, exchange: Exchange) -> dict[str, Any]:
        """Change what is given, but of a stage that quick create made."""
        found, api = self.get_stage(exchange), self._api(exchange)
        if found.get("ApiGatewayManaged"):
            raise bad("You can't modify the $default stage of an API that was made by quick create")
        wanted = {**found, **_kept(exchange.params, _STAGE)}
        check_stage(wanted, api.deployments)
        found |= wanted
        return found

    def get_stage(self, exchange: Exchange) -> dict[str, Any]:
        """Return a stage."""
        return _child(self._api(exchange).stages, exchange, "StageName")

    def get_stages(self, exchange: Exchange) -> dict[str, Any]:
        """Return an API's stages, in pages."""
        return _page(exchange, [*self._api(exchange).stages.values()])

    def delete_stage(self, exchange: Exchange) -> dict[str, Any]:
        """Delete a stage."""
        del self._api(exchange).stages[self.get_stage(exchange)["StageName"]]
        return {}

    def create_deployment(self, exchange: Exchange) -> dict[str, Any]:
        """Keep routes and integrations as they are now; with a stage's name, show them there."""
        api = self._api(exchange)
        if not api.routes:
            raise bad("At least one route is required before deploying the Api")
        made: dict[str, Any] = {"DeploymentId": self._new_id(), "AutoDeployed": False, "CreatedDate": NOW}
        api.deployments[made["DeploymentId"]] = made | {"DeploymentStatus": "DEPLOYED"}
        api.shown[made["DeploymentId"]] = copy.deepcopy(_snapshot(api))
        if "StageName" in exchange.params:
            _child(api.stages, exchange, "StageName")["DeploymentId"] = made["DeploymentId"]
        return made

    def get_deployments(self, exchange: Exchange) -> dict[str, Any]:
        """Return an API's deployments, in pages."""
        return _page(exchange, [*self._api(exchange).deployments.values()])

    def _quick_create(self, api: Api, params: Mapping[str, Any]) -> None:
        integration: dict[str, Any] = {
            "IntegrationId": self._new_id(),
            "IntegrationType": "AWS_PROXY",
            "ConnectionType": "INTERNET",
        }
        integration |= {"IntegrationUri": params["Target"], "IntegrationMethod": "POST", "TimeoutInMillis": 30_000}
        integration |= {"PayloadFormatVersion": "2.0", "ApiGatewayManaged": True}
        api.integrations[integration["IntegrationId"]] = integration
        route: dict[str, Any] = {
            "RouteId": self._new_id(),
            "RouteKey": params.get("RouteKey", "$default"),
            "ApiGatewayManaged": True,
        }
        api.routes[route["RouteId"]] = route | {"Target": f"integrations/{integration['IntegrationId']}"}
        stage: dict[str, Any] = {
            "StageName": "$default",
            "AutoDeploy": True,
            "ApiGatewayManaged": True,
            "CreatedDate": NOW,
        }
        api.stages["$default"] = stage | {"DefaultRouteSettings": {"DetailedMetricsEnabled": False}}

    def _new_id(self) -> str:
        self._made += 1
        return f"h{self._made:06x}"

    def _api(self, exchange: Exchange) -> Api:
        wanted = exchange.params["ApiId"]
        if (exchange.region, wanted) not in self.apis:
            raise missing(f"Invalid API identifier specified {self.account}:{wanted}")
        return self.apis[exchange.region, wanted]


def _kept(params: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: params[name] for name in names if name in params}


def _child(children: Mapping[str, dict[str, Any]], exchange: Exchange, key: str) -> dict[str, Any]:
    if exchange.params[key] not in children:
        raise missing(f"Invalid {key} specified: {exchange.params[key]}")
    return children[exchange.params[key]]


def _page(exchange: Exchange, items: list[dict[str, Any]]) -> dict[str, Any]:
    begin = int(exchange.params.get("NextToken", "0"))
    end = begin + int(exchange.params.get("MaxResults", "25"))
    return {"Items": items[begin:end]} | ({"NextToken": str(end)} if end < len(items) else {})


def _snapshot(api: Api) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    routes = [one for one in api.routes.values() if "Target" in one]
    return [(one, api.integrations[one["Target"].removeprefix("integrations/")]) for one in routes]
