"""The policies of the execution role: who may take it on, and what the function may do. Nothing is called here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..deploying.errors import BadSettings
from .names import Names
from .settings import Settings

VERSION = "2012-10-17"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: of all inline policies of a role
_MOST_CHARACTERS = 10_240


def trust_policy() -> dict[str, Any]:
    """Return who may take on the role: Lambda alone."""
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {"Version": VERSION, "Statement": [statement]}


def execution_policy(names: Names, settings: Settings) -> dict[str, Any]:
    """Return what the function may do: write its log, read its secrets, be traced, and what the user adds.

    It may not create the log group: Lambda would make it again after it was deleted, and keep it for ever.
    Raises BadSettings if it is longer than IAM takes.
    """
    policy = {"Version": VERSION, "Statement": list(_statements(names, settings))}
    size = len(json.dumps(policy, separators=(",", ":")))
    if size > _MOST_CHARACTERS:
        raise BadSettings(
            f"the policy of the execution role has {size} characters, and IAM takes {_MOST_CHARACTERS}; "
            "write fewer or shorter statements, e.g. with * in their resources"
        )
    return policy


def readable(policy: Mapping[str, Any]) -> frozenset[str]:
    """Return each statement as a text: the same for those that allow the same, however they are written."""
    return frozenset(_text(statement) for statement in _listed(policy.get("Statement", ())))


def _statements(names: Names, settings: Settings) -> Iterator[dict[str, Any]]:
    yield _allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [f"{names.log_group_arn}:*"])
    if settings.tracing:
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html: they take no resource
        yield _allow("Trace", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"])
    if settings.secrets:
        yield _allow("Secrets", ["secretsmanager:GetSecretValue"], [_secret(names, name) for name in settings.secrets])
    for number, statement in enumerate(settings.statements, 1):
        yield _allow(f"User{number}", list(statement.actions), list(statement.resources))


def _secret(names: Names, name: str) -> str:
    # Secrets Manager adds a hyphen and six characters of its own
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/getting-started.html
    return names.arn("secretsmanager", f"secret:{names.secrets_path}{name}-??????")


def _allow(sid: str, actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}


def _text(statement: Mapping[str, Any]) -> str:
    content = {name: value for name, value in statement.items() if name != "Sid"}
    if content.keys() == {"Effect", "Action", "Resource"} and content["Effect"] == "Allow":
        return f"{_joined(content['Action'])} on {_joined(content['Resource'])}"
    return json.dumps(content, sort_keys=True)


def _joined(value: Any) -> str:
    return ", ".join(sorted(_listed(value)))


def _listed(value: Any) -> list[Any]:
    """Return a list of what IAM takes as one or many."""
    return [value] if isinstance(value, str | Mapping) else list(value)
