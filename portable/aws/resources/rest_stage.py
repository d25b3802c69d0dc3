"""The stage of the REST API, and the deployments that it can show: the only place where callers see a change.

A deployment belongs to the version that was live when it was made, and a rollback to that version brings it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...deploying.changes import Difference
from ...deploying.errors import BadSettings
from ..artifact import spec
from ..artifact.target import Target
from ..names import Names
from ..plan import Call, Fill, Step
from ..settings import Settings
from . import gateway, tagging
from .rest_api import Deployment, RestApi

KIND = "API stage"
KEPT = 10
"""How many deployments are kept."""
_RATE, _BURST = "/*/*/throttling/rateLimit", "/*/*/throttling/burstLimit"
_TRACING = "/tracingEnabled"
_SHOWN = {_RATE: "requests per second", _BURST: "requests at once", _TRACING: "tracing"}


def changes(found: RestApi | None, target: Target) -> list[Step]:
    """Return the step that makes the stage, or moves it to a deployment of the spec and sets it.

    Raises BadSettings for a canary with another spec than the one served.
    """
    digest = spec.digest(spec.rendered(target.spec, target))
    if found is None or found.stage is None:
        return [_create(found, target, digest)]
    step = _update(found, found.stage, target, digest)
    return [step] if step.actions else []


def prune(found: RestApi | None, target: Target) -> list[Step]:
    """Return what deletes the oldest deployments beyond KEPT, after `changes` has been carried out.

    What the stage shows now is kept too, so that a rollback finds it; what was made by hand is not counted.
    """
    if found is None or found.stage is None:
        return []
    digest = spec.digest(spec.rendered(target.spec, target))
    comes = not found.is_up_to_date(digest) and target.canary_percent is None
    shown = found.stage["deploymentId"]
    others = [one for one in found.deployments if one.digest is not None and one.id != shown]
    excess = len(others) + 1 + comes - KEPT
    return [_delete(found.id, one) for one in others[: max(0, excess)]]


def rollback_steps(found: RestApi | None, names: Names, version: str) -> list[Step]:
    """Return the step that moves the stage back to what it showed for a version; none if it does, or nothing fits."""
    wanted = _deployment_of(found, version)
    if found is None or found.stage is None or wanted is None:
        return []
    if wanted.id == found.stage["deploymentId"] or found.is_serving(str(wanted.digest)):
        return []
    before = {"/deploymentId": found.stage["deploymentId"]}
    difference = Difference("spec", found.served.digest if found.served else None, wanted.digest)
    return [_patch(found, names, {"/deploymentId": wanted.id}, before, (difference,))]


def rollback_notes(found: RestApi | None, version: str) -> tuple[str, ...]:
    """Return what the reader should know if nothing is left to move the stage back to."""
    if found is None or found.stage is None or _deployment_of(found, version):
        return ()
    return (f"no deployment of the API from version {version} or before is left: the API stays as it is",)


def _deployment_of(found: RestApi | None, version: str) -> Deployment | None:
    """Return the newest deployment that was made for a version, or for the nearest one before it."""
    deployments = enumerate(found.deployments if found else ())
    fitting = [
        (one.version, at, one) for at, one in deployments if one.version is not None and one.version <= int(version)
    ]
    return max(fitting, key=lambda entry: entry[:2])[2] if fitting else None


def _create(found: RestApi | None, target: Target, digest: str) -> Step:
    _refuse_canary(target)
    names = target.names
    place = {"restApiId": found.id if found else Fill("{api_id}"), "stageName": names.stage}
    create = {
        **place,
        "deploymentId": Fill("{deployment_id}"),
        "tracingEnabled": target.settings.tracing,
        "tags": dict(target.tags),
    }
    limits = {path: value for path, value in _wanted(target.settings).items() if path != _TRACING}
    return Step(
        "+",
        KIND,
        names.stage,
        (Difference("spec", None, digest), *_differences({}, limits)),
        (
            _deploy(place["restApiId"], digest),
            Call("apigateway", "create_stage", create),
            Call("apigateway", "update_stage", {**place, "patchOperations": _operations(limits)}),
        ),
    )


def _update(found: RestApi, stage: Mapping[str, Any], target: Target, digest: str) -> Step:
    names = target.names
    tags = stage.get("tags") or {}
    before: dict[str, Any] = {path: value for path, value in _current(stage).items() if value is not None}
    after: dict[str, Any] = {
        path: value for path, value in _wanted(target.settings).items() if value != before.get(path)
    }
    differences = [*tagging.differences(tags, target.tags), *_differences(before, after)]
    calls = gateway.tag_calls("apigateway", names, f"/restapis/{found.id}/stages/{names.stage}", tags, target.tags)
    if not found.is_serving(digest):
        _refuse_canary(target)
    if not found.is_up_to_date(digest) and target.canary_percent is None:
        before["/deploymentId"] = stage["deploymentId"]
        after["/deploymentId"] = Fill("{deployment_id}")
        differences.append(Difference("spec", found.served.digest if found.served else None, digest))
        calls.append(_deploy(found.id, digest))
    step = _patch(found, names, after, before, tuple(differences))
    return Step(step.sign, step.kind, step.name, step.differences, (*calls, *step.actions), step.undo)


def _patch(
    found: RestApi,
    names: Names,
    after: Mapping[str, Any],
    before: Mapping[str, Any],
    differences: tuple[Difference, ...],
) -> Step:
    """Return the step that sets what is in `after`; undoing it sets that to what it was."""
    place = {"restApiId": found.id, "stageName": names.stage}
    back = {path: before[path] for path in after if path in before}
    calls = [
        (Call("apigateway", "update_stage", {**place, "patchOperations": _operations(values)}),) if values else ()
        for values in (after, back)
    ]
    return Step("~", KIND, names.stage, differences, calls[0], calls[1])


def _deploy(api_id: str | Fill, digest: str) -> Call:
    params = {"restApiId": api_id, "description": Fill(f"version {{version}}; spec {digest}")}
    return Call("apigateway", "create_deployment", params, keeps={"deployment_id": "id"})


def _refuse_canary(target: Target) -> None:
    if target.canary_percent is not None:
        raise BadSettings(
            f"--canary {target.canary_percent}: openapi.json has changed too, and a route cannot be there for a share "
            "of the calls; deploy the changed spec first, without --canary"
        )


def _wanted(settings: Settings) -> dict[str, str]:
    return {
        _RATE: gateway.number(settings.throttle_rate) or "0",
        _BURST: str(settings.throttle_burst),
        _TRACING: str(settings.tracing).lower(),
    }


def _current(stage: Mapping[str, Any]) -> dict[str, str | None]:
    limits = stage.get("methodSettings", {}).get("*/*", {})
    return {
        _RATE: gateway.number(limits.get("throttlingRateLimit")),
        _BURST: gateway.number(limits.get("throttlingBurstLimit")),
        _TRACING: str(stage.get("tracingEnabled", False)).lower(),
    }


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    return [Difference(_SHOWN[path], before.get(path), value) for path, value in after.items()]


def _operations(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [gateway.replace(path, value) for path, value in values.items()]


def _delete(api_id: str, deployment: Deployment) -> Step:
    params = {"restApiId": api_id, "deploymentId": deployment.id}
    call = Call("apigateway", "delete_deployment", params, done_if=gateway.GONE)
    return Step("-", "API deployment", f"version {deployment.version}", actions=(call,))
