"""The front door `rest`: a REST API of what openapi.json says, or of every path, and the stage that shows a deployment.

Callers see no change before the stage moves to another deployment. Each deployment says in its description which spec
it has and which version was live when it was made: see docs/decisions/0012.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...deploying.changes import Difference
from ..artifact import spec
from ..artifact.target import Target
from ..aws import Aws
from ..names import Names
from ..plan import Call, Step
from . import gateway, permissions, tagging
from .permissions import Permission

KIND = "REST API"
_DESCRIPTION = re.compile(r"version ([0-9]+); spec ([0-9a-f]{16})")


@dataclass(frozen=True)
class Deployment:
    """One deployment; without version and digest it was not made by us."""

    id: str
    version: int | None = None
    digest: str | None = None


@dataclass(frozen=True)
class RestApi:
    """What there is of the API."""

    id: str
    tags: Mapping[str, str]
    stage: Mapping[str, Any] | None = None
    """As get_stage answers."""
    deployments: tuple[Deployment, ...] = ()
    """Oldest first."""
    duplicates: tuple[str, ...] = ()
    """The ids of others with the same tags."""

    @property
    def served(self) -> Deployment | None:
        """Return the deployment that the stage shows."""
        shown = self.stage["deploymentId"] if self.stage else None
        return next((one for one in self.deployments if one.id == shown), None)

    def is_serving(self, digest: str) -> bool:
        """Tell whether the stage shows this spec."""
        return self.served is not None and self.served.digest == digest

    def is_up_to_date(self, digest: str) -> bool:
        """Tell whether the stage shows this spec by the newest deployment.

        After a rollback it does not. A version that is made then needs a deployment of its own, or a rollback to it
        would find that of the version which was left behind.
        """
        ours = [one for one in self.deployments if one.digest is not None]
        return self.is_serving(digest) and self.served == ours[-1]


def read(aws: Aws, names: Names) -> RestApi | None:
    """Return what there is; None if there is no API with the stage's tags."""
    apis = gateway.ours("apigateway", aws.pages("apigateway", "get_rest_apis", "items"), names)
    if not apis:
        return None
    api, *others = apis
    return RestApi(
        api["id"],
        api["tags"],
        aws.find("apigateway", "get_stage", restApiId=api["id"], stageName=names.stage),
        _deployments(aws, api["id"]),
        tuple(one["id"] for one in others),
    )


def url(names: Names, api_id: str) -> str:
    """Return where it is served."""
    return f"https://{api_id}.{gateway.host(names)}/{names.stage}/"


def permission(found: RestApi | None, target: Target) -> tuple[Permission, ...]:
    """Return what it needs to call the alias."""
    return permissions.for_rest(target.names, found.id if found else None)


def changes(found: RestApi | None, target: Target) -> list[Step]:
    """Return the step that makes the API what the spec says; callers see it once `rest_stage` has deployed it.

    Raises BadSettings for a spec that API Gateway would refuse.
    """
    body = spec.rendered(target.spec, target)
    digest = spec.digest(body)
    if found is None:
        create = _create(target)
        return [
            Step("+", KIND, target.names.base, (Difference("spec", None, digest),), (create, _put("{api_id}", body)))
        ]
    differences = list(tagging.differences(found.tags, target.tags))
    calls = gateway.tag_calls("apigateway", target.names, f"/restapis/{found.id}", found.tags, target.tags)
    if not found.is_up_to_date(digest) and target.canary_percent is None:
        differences.append(Difference("spec", found.served.digest if found.served else None, digest))
        calls.append(_put(found.id, body))
    return [Step("~", KIND, target.names.base, tuple(differences), tuple(calls))] if calls else []


def removal(found: RestApi | None, names: Names) -> list[Step]:
    """Return what deletes it, with its stage and deployments, and its duplicates."""
    if found is None:
        return []
    return [*duplicates(found, names), _delete(names, found.id)]


def duplicates(found: RestApi | None, names: Names) -> list[Step]:
    """Return what deletes the others with the same tags, which nobody was ever told of."""
    return [_delete(names, one) for one in found.duplicates] if found else []


def _create(target: Target) -> Call:
    names = target.names
    return Call(
        "apigateway",
        "create_rest_api",
        # https://docs.aws.amazon.com/apigateway/latest/api/API_CreateRestApi.html: EDGE if it is not said
        {"name": names.base, "endpointConfiguration": {"types": ["REGIONAL"]}, "tags": dict(target.tags)},
        keeps={"api_id": "id", "url": f"join('', ['https://', id, '.{gateway.host(names)}/{names.stage}/'])"},
    )


def _put(api_id: str, body: Mapping[str, Any]) -> Call:
    params = {"mode": "overwrite", "failOnWarnings": True, "body": json.dumps(body).encode()}
    return Call("apigateway", "put_rest_api", {"restApiId": gateway.text(api_id), **params})


def _delete(names: Names, api_id: str) -> Step:
    call = Call("apigateway", "delete_rest_api", {"restApiId": api_id}, done_if=gateway.GONE)
    return Step("-", KIND, f"{names.base} ({api_id})", actions=(call,))


def _deployments(aws: Aws, api_id: str) -> tuple[Deployment, ...]:
    listed = aws.pages("apigateway", "get_deployments", "items", restApiId=api_id)
    return tuple(_deployment(one) for one in sorted(listed, key=lambda one: one["createdDate"]))


def _deployment(listed: Mapping[str, Any]) -> Deployment:
    described = _DESCRIPTION.fullmatch(listed.get("description") or "")
    return Deployment(listed["id"], int(described[1]), described[2]) if described else Deployment(listed["id"])
