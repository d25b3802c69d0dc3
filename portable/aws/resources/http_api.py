"""The front door `http`: an HTTP API whose one route sends everything to the function.

Each of its four parts is found and mended by itself, so a process that was killed between two of them left nothing
that the next deploy does not finish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...deploying.changes import Difference
from ..artifact.target import Target
from ..aws import Aws
from ..names import Names
from ..plan import Call, Step
from . import gateway, permissions, tagging
from .permissions import Permission

KIND = "HTTP API"
_ALL = "$default"
"""What the route for every request is called, and the stage without a name in its URL."""


@dataclass(frozen=True)
class HttpApi:
    """What there is of the API: each part as API Gateway lists it, None if it is missing."""

    id: str
    tags: Mapping[str, str]
    url: str
    integration: Mapping[str, Any] | None = None
    route: Mapping[str, Any] | None = None
    stage: Mapping[str, Any] | None = None
    duplicates: tuple[str, ...] = ()
    """The ids of others with the same tags."""


def read(aws: Aws, names: Names) -> HttpApi | None:
    """Return what there is; None if there is no API with the stage's tags."""
    apis = gateway.ours("apigatewayv2", aws.pages("apigatewayv2", "get_apis", "Items"), names)
    if not apis:
        return None
    api, *others = apis

    def listed(operation: str) -> list[Mapping[str, Any]]:
        return list(aws.pages("apigatewayv2", operation, "Items", ApiId=api["ApiId"]))

    route = next((one for one in listed("get_routes") if one["RouteKey"] == _ALL), None)
    return HttpApi(
        api["ApiId"],
        api["Tags"],
        f"{api['ApiEndpoint']}/",
        _integration(listed("get_integrations"), route),
        route,
        next((one for one in listed("get_stages") if one["StageName"] == _ALL), None),
        tuple(one["ApiId"] for one in others),
    )


def permission(found: HttpApi | None, target: Target) -> tuple[Permission, ...]:
    """Return what it needs to call the alias."""
    return permissions.for_http(target.names, found.id if found else None)


def changes(found: HttpApi | None, target: Target) -> list[Step]:
    """Return the step that makes the API and all its parts, or mends what is missing or different."""
    names = target.names
    if found is None:
        create = Call(
            "apigatewayv2",
            "create_api",
            {"Name": names.base, "ProtocolType": "HTTP", "Tags": dict(target.tags)},
            keeps={"api_id": "ApiId", "url": "join('', [ApiEndpoint, '/'])"},
        )
        parts = _parts(HttpApi("{api_id}", {}, ""), target)
        return [Step("+", KIND, names.base, tuple(one for one, _ in parts), (create, *(call for _, call in parts)))]
    parts = _parts(found, target)
    differences = [*tagging.differences(found.tags, target.tags), *(one for one, _ in parts)]
    calls = [*_tag_calls(found, target), *(call for _, call in parts)]
    return [Step("~", KIND, names.base, tuple(differences), tuple(calls))] if calls else []


def removal(found: HttpApi | None, names: Names) -> list[Step]:
    """Return what deletes it with all its parts, and its duplicates."""
    return [*duplicates(found, names), _delete(names, found.id)] if found else []


def duplicates(found: HttpApi | None, names: Names) -> list[Step]:
    """Return what deletes the others with the same tags."""
    return [_delete(names, one) for one in found.duplicates] if found else []


def _tag_calls(found: HttpApi, target: Target) -> list[Call]:
    tagged = {f"/apis/{found.id}": found.tags}
    if found.stage:
        tagged[f"/apis/{found.id}/stages/{_ALL}"] = found.stage.get("Tags") or {}
    return [
        call
        for path, tags in tagged.items()
        for call in gateway.tag_calls("apigatewayv2", target.names, path, tags, target.tags)
    ]


def _parts(found: HttpApi, target: Target) -> list[tuple[Difference, Call]]:
    """Return what is missing or different, in the order in which one part needs the other."""
    parts = [_integration_part(found, target), _route_part(found), _stage_part(found, target)]
    return [part for part in parts if part]


def _integration_part(found: HttpApi, target: Target) -> tuple[Difference, Call] | None:
    uri = target.names.alias_arn
    wanted = {
        "IntegrationType": "AWS_PROXY",
        "IntegrationMethod": "POST",
        "IntegrationUri": uri,
        "PayloadFormatVersion": "2.0",
    }
    place = {"ApiId": gateway.text(found.id)}
    if found.integration is None:
        keeps = {"integration_id": "IntegrationId"}
        return Difference("calls", None, uri), Call("apigatewayv2", "create_integration", {**place, **wanted}, keeps)
    changed = {name: value for name, value in wanted.items() if found.integration.get(name) != value}
    if not changed:
        return None
    place["IntegrationId"] = found.integration["IntegrationId"]
    before = ", ".join(str(found.integration.get(name)) for name in changed)
    difference = Difference("calls", before, ", ".join(changed.values()))
    return difference, Call("apigatewayv2", "update_integration", {**place, **wanted})


def _route_part(found: HttpApi) -> tuple[Difference, Call] | None:
    integration_id = found.integration["IntegrationId"] if found.integration else "{integration_id}"
    wanted = {"ApiId": gateway.text(found.id), "Target": gateway.text(f"integrations/{integration_id}")}
    if found.route is None:
        call = Call("apigatewayv2", "create_route", {**wanted, "RouteKey": _ALL})
        return Difference("route", None, "every request"), call
    if found.route.get("Target") == wanted["Target"]:
        return None
    call = Call("apigatewayv2", "update_route", {**wanted, "RouteId": found.route["RouteId"]})
    return Difference("route", str(found.route.get("Target")), "the function"), call


def _stage_part(found: HttpApi, target: Target) -> tuple[Difference, Call] | None:
    settings = target.settings
    limits = {"ThrottlingRateLimit": settings.throttle_rate, "ThrottlingBurstLimit": settings.throttle_burst}
    wanted = {
        "ApiId": gateway.text(found.id),
        "StageName": _ALL,
        "AutoDeploy": True,
        "DefaultRouteSettings": limits,
    }
    if found.stage is None:
        call = Call("apigatewayv2", "create_stage", {**wanted, "Tags": dict(target.tags)})
        return Difference("throttling", None, _limits(limits)), call
    current = found.stage.get("DefaultRouteSettings") or {}
    if found.stage.get("AutoDeploy") and all(current.get(name) == value for name, value in limits.items()):
        return None
    return Difference("throttling", _limits(current), _limits(limits)), Call("apigatewayv2", "update_stage", wanted)


def _limits(settings: Mapping[str, Any]) -> str:
    rate, burst = settings.get("ThrottlingRateLimit"), settings.get("ThrottlingBurstLimit")
    return f"{gateway.number(rate)} a second, {gateway.number(burst)} at once"


def _integration(listed: list[Mapping[str, Any]], route: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the integration that the route leads to, else any: one whose route is still missing."""
    target = route.get("Target") if route else None
    led_to = [one for one in listed if f"integrations/{one['IntegrationId']}" == target]
    return next(iter([*led_to, *listed]), None)


def _delete(names: Names, api_id: str) -> Step:
    call = Call("apigatewayv2", "delete_api", {"ApiId": api_id}, done_if=gateway.GONE)
    return Step("-", KIND, f"{names.base} ({api_id})", actions=(call,))
