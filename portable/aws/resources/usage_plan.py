"""The API key that callers of the REST API need, if the settings say so, and the usage plan that it is good for.

The key's value is never read here: `aws apigateway get-api-key --include-value` shows it to who may see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...deploying.changes import Difference
from ..artifact.target import Target
from ..aws import Aws
from ..names import Names
from ..plan import Call, Fill, Step
from ..settings import Settings
from . import gateway, tagging

_KEY, _PLAN, _LINK = "API key", "usage plan", "usage plan key"


@dataclass(frozen=True)
class UsagePlan:
    """One plan, as get_usage_plans lists it, and the ids of its keys."""

    listed: Mapping[str, Any]
    key_ids: frozenset[str]

    @property
    def id(self) -> str:
        """Return its id."""
        return str(self.listed["id"])

    @property
    def stages(self) -> list[str]:
        """Return the stages that it is about, as patches write them: `{api_id}:{stage}`."""
        return [f"{one['apiId']}:{one['stage']}" for one in self.listed.get("apiStages") or ()]


@dataclass(frozen=True)
class Usage:
    """The stage's keys and plans: the first of each is in use, others are left over."""

    keys: tuple[Mapping[str, Any], ...] = ()
    plans: tuple[UsagePlan, ...] = ()


def read(aws: Aws, names: Names) -> Usage:
    """Return what there is."""
    # the query finds every name that begins so: https://docs.aws.amazon.com/apigateway/latest/api/API_GetApiKeys.html
    keys = aws.pages("apigateway", "get_api_keys", "items", nameQuery=names.base)
    mine = gateway.ours("apigateway", [one for one in keys if one.get("name") == names.base], names)
    plans = [
        UsagePlan(one, _key_ids(aws, one["id"]))
        for one in aws.pages("apigateway", "get_usage_plans", "items")
        if one.get("name") == names.base and names.is_ours(one.get("tags") or {})
    ]
    key_id = mine[0]["id"] if mine else None
    # a key is good for a stage in one plan only, so the plan that has it goes first
    return Usage(tuple(mine), tuple(sorted(plans, key=lambda one: (key_id not in one.key_ids, one.id))))


def key_id(found: Usage) -> str | Fill:
    """Return the id of the key, for the check of the URL."""
    return found.keys[0]["id"] if found.keys else Fill("{api_key_id}")


def changes(found: Usage, api_id: str | None, target: Target) -> list[Step]:
    """Return the steps that make key and plan. Without an id, the API's is filled in later."""
    plan = found.plans[0] if found.plans else None
    steps = [
        *_key_steps(found, target),
        *(_plan_update(plan, api_id, target) if plan else [_plan_creation(api_id, target)]),
    ]
    if not (plan and found.keys and found.keys[0]["id"] in plan.key_ids):
        link = {
            "usagePlanId": plan.id if plan else Fill("{usage_plan_id}"),
            "keyId": key_id(found),
            "keyType": "API_KEY",
        }
        steps.append(Step("+", _LINK, target.names.base, actions=(Call("apigateway", "create_usage_plan_key", link),)))
    return steps


def duplicates(found: Usage, names: Names) -> list[Step]:
    """Return what deletes all keys and plans but those in use."""
    return removal(Usage(found.keys[1:], found.plans[1:]), names)


def removal(found: Usage, names: Names) -> list[Step]:
    """Return what deletes them. A plan lets its stages go first: AWS refuses to delete it otherwise, and the API."""
    steps = [_plan_removal(plan, names) for plan in found.plans]
    for key in found.keys:
        call = Call("apigateway", "delete_api_key", {"apiKey": key["id"]}, done_if=gateway.GONE)
        steps.append(Step("-", _KEY, f"{names.base} ({key['id']})", actions=(call,)))
    return steps


def _key_steps(found: Usage, target: Target) -> list[Step]:
    names = target.names
    if not found.keys:
        params = {"name": names.base, "enabled": True, "tags": dict(target.tags)}
        create = Call("apigateway", "create_api_key", params, keeps={"api_key_id": "id"})
        return [Step("+", _KEY, names.base, actions=(create,))]
    key = found.keys[0]
    tags = key.get("tags") or {}
    differences = list(tagging.differences(tags, target.tags))
    calls = gateway.tag_calls("apigateway", names, f"/apikeys/{key['id']}", tags, target.tags)
    if not key.get("enabled"):
        differences.append(Difference("enabled", "no", "yes"))
        params = {"apiKey": key["id"], "patchOperations": [gateway.replace("/enabled", "true")]}
        calls.append(Call("apigateway", "update_api_key", params))
    return [Step("~", _KEY, names.base, tuple(differences), tuple(calls))] if calls else []


def _plan_creation(api_id: str | None, target: Target) -> Step:
    names, settings = target.names, target.settings
    params: dict[str, Any] = {
        "name": names.base,
        "apiStages": [{"apiId": api_id or Fill("{api_id}"), "stage": names.stage}],
        "throttle": {"rateLimit": settings.throttle_rate, "burstLimit": settings.throttle_burst},
        "tags": dict(target.tags),
    }
    if settings.quota_per_day is not None:
        params["quota"] = {"limit": settings.quota_per_day, "period": "DAY"}
    create = Call("apigateway", "create_usage_plan", params, keeps={"usage_plan_id": "id"})
    return Step("+", _PLAN, names.base, tuple(_differences({}, _wanted(settings))), (create,))


def _plan_update(plan: UsagePlan, api_id: str | None, target: Target) -> list[Step]:
    names = target.names
    tags = plan.listed.get("tags") or {}
    before, after = _current(plan.listed), _wanted(target.settings)
    stage = f"{api_id or '{api_id}'}:{names.stage}"
    operations = [_stage("remove", one) for one in plan.stages if one != stage]
    operations += [] if stage in plan.stages else [_stage("add", Fill(stage))]
    if before.keys() - after.keys():
        operations.append({"op": "remove", "path": "/quota"})
    operations += [gateway.replace(path, value) for path, value in after.items() if before.get(path) != value]
    calls = gateway.tag_calls("apigateway", names, f"/usageplans/{plan.id}", tags, target.tags)
    if operations:
        calls.append(Call("apigateway", "update_usage_plan", {"usagePlanId": plan.id, "patchOperations": operations}))
    differences = [*tagging.differences(tags, target.tags), *_differences(before, after)]
    if [stage] != plan.stages:
        differences.append(Difference("stages", ", ".join(plan.stages) or None, stage.format(api_id="the new API")))
    return [Step("~", _PLAN, names.base, tuple(differences), tuple(calls))] if calls else []


def _plan_removal(plan: UsagePlan, names: Names) -> Step:
    place = {"usagePlanId": plan.id}
    detach = [_stage("remove", one) for one in plan.stages]
    update = Call("apigateway", "update_usage_plan", {**place, "patchOperations": detach}, done_if=gateway.GONE)
    delete = Call("apigateway", "delete_usage_plan", place, done_if=gateway.GONE)
    return Step("-", _PLAN, f"{names.base} ({plan.id})", actions=(*((update,) if detach else ()), delete))


_SHOWN = {
    "/throttle/rateLimit": "requests per second",
    "/throttle/burstLimit": "requests at once",
    "/quota/limit": "requests a day",
    "/quota/period": "quota's period",
}


def _wanted(settings: Settings) -> dict[str, str]:
    wanted = {
        "/throttle/rateLimit": gateway.number(settings.throttle_rate) or "0",
        "/throttle/burstLimit": str(settings.throttle_burst),
    }
    if settings.quota_per_day is None:
        return wanted
    return {**wanted, "/quota/limit": str(settings.quota_per_day), "/quota/period": "DAY"}


def _current(listed: Mapping[str, Any]) -> dict[str, str]:
    throttle, quota = listed.get("throttle") or {}, listed.get("quota") or {}
    current = {
        "/throttle/rateLimit": gateway.number(throttle.get("rateLimit")),
        "/throttle/burstLimit": gateway.number(throttle.get("burstLimit")),
        "/quota/limit": str(quota["limit"]) if "limit" in quota else None,
        "/quota/period": quota.get("period"),
    }
    return {path: value for path, value in current.items() if value is not None}


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    paths = [path for path in _SHOWN if before.get(path) != after.get(path)]
    return [Difference(_SHOWN[path], before.get(path), after.get(path)) for path in paths]


def _stage(operation: str, stage: str | Fill) -> dict[str, Any]:
    return {"op": operation, "path": "/apiStages", "value": stage}


def _key_ids(aws: Aws, plan_id: str) -> frozenset[str]:
    return frozenset(one["id"] for one in aws.pages("apigateway", "get_usage_plan_keys", "items", usagePlanId=plan_id))
