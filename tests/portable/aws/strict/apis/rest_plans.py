"""API keys and usage plans.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from ..exchange import Exchange
from ..patches import bad, conflict, missing, patch, truth
from .rest_apis import NOW, RestApis, page

_KEY_PATCHES: dict[str, Callable[[str], Any]] = {"/name": str, "/description": str, "/enabled": truth}
_PLAN_PATCHES: dict[str, Callable[[str], Any]] = {
    "/name": str,
    "/description": str,
    "/throttle/rateLimit": float,
    "/throttle/burstLimit": int,
    "/quota/limit": int,
    "/quota/offset": int,
    "/quota/period": str,
}


class RestPlans:
    """The operations on keys and plans, and on the tags of everything."""

    def __init__(self, rest: RestApis) -> None:
        self._rest = rest
        self._keys: dict[tuple[str, str], dict[str, Any]] = {}
        self._plans: dict[tuple[str, str], dict[str, Any]] = {}
        self._plan_keys: dict[tuple[str, str], dict[str, str]] = {}
        self._made = 0

    def takes(self, region: str, api: str, stage: str, value: str) -> bool:
        """Tell whether a key's value is one of a plan with this stage."""
        stages = {"apiId": api, "stage": stage}
        ids = [key for at, plan in self._plans.items() if stages in plan["apiStages"] for key in self._plan_keys[at]]
        return any(self._keys[region, one]["enabled"] and self._keys[region, one]["value"] == value for one in ids)

    def create_api_key(self, exchange: Exchange) -> dict[str, Any]:
        """Make a key; it is not enabled if that is not said."""
        params = exchange.params
        made = self._new_id()
        value = params.get("value") or hashlib.sha256(made.encode()).hexdigest()[:40]
        if not 20 <= len(value) <= 128:
            raise bad("API Key value should be at least 20 characters")
        if any(key["value"] == value for key in self._keys.values()):
            raise conflict("API Key already exists")
        kept = ("name", "description", "enabled", "tags")
        key: dict[str, Any] = {"id": made, "value": value, "enabled": False, "createdDate": NOW, "stageKeys": []}
        self._keys[exchange.region, made] = key | {name: params[name] for name in kept if name in params}
        return self._keys[exchange.region, made]

    def get_api_key(self, exchange: Exchange) -> dict[str, Any]:
        """Return a key, with its value if that is asked for."""
        return _shown(self._key(exchange, exchange.params["apiKey"]), exchange.params.get("includeValue"))

    def get_api_keys(self, exchange: Exchange) -> dict[str, Any]:
        """Return the keys whose names begin with `nameQuery`."""
        begin = exchange.params.get("nameQuery", "")
        here = [key for (region, _), key in self._keys.items() if region == exchange.region]
        found = [key for key in here if key.get("name", "").startswith(begin)]
        return page(exchange, [_shown(key, exchange.params.get("includeValues")) for key in found])

    def update_api_key(self, exchange: Exchange) -> dict[str, Any]:
        """Patch a key."""
        key = self._key(exchange, exchange.params["apiKey"])
        key |= patch(key, exchange.params.get("patchOperations", []), _KEY_PATCHES)
        return _shown(key, None)

    def delete_api_key(self, exchange: Exchange) -> dict[str, Any]:
        """Delete a key, from its plans too."""
        key = self._key(exchange, exchange.params["apiKey"])
        del self._keys[exchange.region, key["id"]]
        for keys in self._plan_keys.values():
            keys.pop(key["id"], None)
        return {}

    def create_usage_plan(self, exchange: Exchange) -> dict[str, Any]:
        """Make a plan, about stages that there are."""
        params = exchange.params
        stages = [dict(one) for one in params.get("apiStages", [])]
        for one in stages:
            self._demand_stage(exchange.region, one)
        kept = ("name", "description", "throttle", "quota", "tags")
        at = (exchange.region, self._new_id())
        self._plans[at] = {"id": at[1], "apiStages": stages} | {name: params[name] for name in kept if name in params}
        self._plan_keys[at] = {}
        return self._plans[at]

    def get_usage_plan(self, exchange: Exchange) -> dict[str, Any]:
        """Return a plan."""
        return self._plan(exchange)

    def get_usage_plans(self, exchange: Exchange) -> dict[str, Any]:
        """Return the region's plans, or those of a key."""
        key = exchange.params.get("keyId")
        here = [(at, plan) for at, plan in self._plans.items() if at[0] == exchange.region]
        return page(exchange, [plan for at, plan in here if key is None or key in self._plan_keys[at]])

    def update_usage_plan(self, exchange: Exchange) -> dict[str, Any]:
        """Patch a plan; a stage is added or removed as `{api}:{stage}`."""
        plan = self._plan(exchange)
        operations = exchange.params.get("patchOperations", [])
        stages = [one for one in operations if one["path"] == "/apiStages"]
        patched = patch(plan, [one for one in operations if one not in stages], _PLAN_PATCHES)
        for operation in stages:
            api, _, stage = operation["value"].partition(":")
            self._attach(exchange.region, patched, {"apiId": api, "stage": stage}, operation["op"])
        self._plans[exchange.region, plan["id"]] = patched
        return patched

    def delete_usage_plan(self, exchange: Exchange) -> dict[str, Any]:
        """Delete a plan that has no stages."""
        plan = self._plan(exchange)
        if plan["apiStages"]:
            raise bad(
                f"Cannot delete Usage Plan {plan['id']} because there are API Stages associated with it. "
                "Please remove all API Stages and try again."
            )
        del self._plans[exchange.region, plan["id"]], self._plan_keys[exchange.region, plan["id"]]
        return {}

    def create_usage_plan_key(self, exchange: Exchange) -> dict[str, Any]:
        """Let a key in."""
        plan, key = self._plan(exchange), self._key(exchange, exchange.params["keyId"])
        if exchange.params["keyType"] != "API_KEY":
            raise bad("Usage plan key type must be API_KEY")
        keys = self._plan_keys[exchange.region, plan["id"]]
        if key["id"] in keys:
            raise conflict(f"Usage Plan Key already exists: {key['id']}")
        keys[key["id"]] = "API_KEY"
        return {"id": key["id"], "type": "API_KEY", "name": key.get("name", "")}

    def get_usage_plan_keys(self, exchange: Exchange) -> dict[str, Any]:
        """Return the keys of a plan."""
        plan = self._plan(exchange)
        ids = self._plan_keys[exchange.region, plan["id"]]
        keys = [self._keys[exchange.region, one] for one in ids]
        return page(exchange, [{"id": key["id"], "type": "API_KEY", "name": key.get("name", "")} for key in keys])

    def delete_usage_plan_key(self, exchange: Exchange) -> dict[str, Any]:
        """Let a key in no more."""
        keys = self._plan_keys[exchange.region, self._plan(exchange)["id"]]
        if exchange.params["keyId"] not in keys:
            raise missing("Invalid Usage Plan Key identifier specified")
        del keys[exchange.params["keyId"]]
        return {}

    def get_tags(self, exchange: Exchange) -> dict[str, Any]:
        """Return the tags of an ARN."""
        return {"tags": self._tagged(exchange).get("tags", {})}

    def tag_resource(self, exchange: Exchange) -> dict[str, Any]:
        """Add tags to what an ARN names."""
        found = self._tagged(exchange)
        found["tags"] = {**found.get("tags", {}), **exchange.params["tags"]}
        return {}

    def untag_resource(self, exchange: Exchange) -> dict[str, Any]:
        """Take tags from what an ARN names."""
        found = self._tagged(exchange)
        found["tags"] = {k: v for k, v in found.get("tags", {}).items() if k not in exchange.params["tagKeys"]}
        return {}

    def _tagged(self, exchange: Exchange) -> dict[str, Any]:
        names = exchange.params["resourceArn"].removeprefix(f"arn:aws:apigateway:{exchange.region}::/").split("/")
        at = (exchange.region, names[1]) if len(names) > 1 else ("", "")
        if names[0] == "restapis" and at in self._rest.apis:
            api = self._rest.apis[at]
            if len(names) == 2:
                return api.facts
            if names[2] == "stages" and names[-1] in api.stages:
                return api.stages[names[-1]]
        for kind, kept in (("usageplans", self._plans), ("apikeys", self._keys)):
            if names[0] == kind and at in kept:
                return kept[at]
        raise missing("Invalid resource ARN specified")

    def _attach(self, region: str, plan: dict[str, Any], stage: Mapping[str, str], operation: str) -> None:
        if operation == "add":
            self._demand_stage(region, stage)
            if stage in plan["apiStages"]:
                raise conflict("API Stage is already associated with the Usage Plan")
            plan["apiStages"] = [*plan["apiStages"], stage]
        elif operation == "remove" and stage in plan["apiStages"]:
            plan["apiStages"] = [one for one in plan["apiStages"] if one != stage]
        else:
            raise missing(f"API Stage not found: {stage['apiId']}:{stage['stage']}")

    def _demand_stage(self, region: str, stage: Mapping[str, str]) -> None:
        api = self._rest.apis.get((region, stage["apiId"]))
        if api is None or stage["stage"] not in api.stages:
            raise bad(f"API Stage not found: {stage['apiId']}:{stage['stage']}")

    def _new_id(self) -> str:
        self._made += 1
        return f"b{self._made:05x}"

    def _key(self, exchange: Exchange, wanted: str) -> dict[str, Any]:
        if (exchange.region, wanted) not in self._keys:
            raise missing("Invalid API Key identifier specified")
        return self._keys[exchange.region, wanted]

    def _plan(self, exchange: Exchange) -> dict[str, Any]:
        at = (exchange.region, exchange.params["usagePlanId"])
        if at not in self._plans:
            raise missing("Invalid Usage Plan ID specified")
        return self._plans[at]


def _shown(key: Mapping[str, Any], with_value: object) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name != "value" or with_value}
