"""The execution role, with one policy written into it.

What somebody else gave the role besides is theirs and stays, until the role is deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...deploying.changes import Difference
from ..artifact.target import Target
from ..aws import NOT_FOUND, Aws
from ..names import Names
from ..plan import Call, Step
from ..policies import execution_policy, readable, trust_policy
from . import tagging

POLICY = "execution"
_GONE = tuple(sorted(NOT_FOUND))


@dataclass(frozen=True)
class Role:
    """What there is of it. Policies are parsed."""

    trust: Mapping[str, Any]
    tags: Mapping[str, str]
    policy: Mapping[str, Any] | None
    """Our own; None if it is missing."""
    inline: tuple[str, ...] = ()
    """The names of all that are written into it, ours too."""
    attached: tuple[str, ...] = ()
    """The ARNs of managed policies, which are only ever attached by hand."""


def read(aws: Aws, names: Names) -> Role | None:
    """Return what there is; None if there is no such role."""
    name = {"RoleName": names.global_base}
    found = aws.find("iam", "get_role", **name)
    if found is None:
        return None
    inline = tuple(aws.pages("iam", "list_role_policies", "PolicyNames", **name))
    policy = aws.find("iam", "get_role_policy", **name, PolicyName=POLICY) if POLICY in inline else None
    attached = aws.pages("iam", "list_attached_role_policies", "AttachedPolicies", **name)
    return Role(
        trust=found["Role"]["AssumeRolePolicyDocument"],
        tags=tagging.of_pairs(found["Role"].get("Tags", ())),
        policy=policy["PolicyDocument"] if policy else None,
        inline=inline,
        attached=tuple(one["PolicyArn"] for one in attached),
    )


def changes(found: Role | None, target: Target) -> list[Step]:
    """Return the step that makes it what the settings say. Raises Refused if the name is taken."""
    name, policy = target.names.global_base, execution_policy(target.names, target.settings)
    if found is None:
        differences = tuple(_statements("may", {}, policy))
        return [Step("+", "role", name, differences, (_creation(target), _put(name, policy)))]
    tagging.check_ours(found.tags, target.names, f"IAM role {name}")
    trusting = list(_statements("trusts", found.trust, trust_policy()))
    allowing = list(_statements("may", found.policy or {}, policy))
    actions = [
        *([_trust(name)] if trusting else ()),
        *([_put(name, policy)] if allowing else ()),
        *tagging.calls("iam", {"RoleName": name}, found.tags, target.tags, kind="role"),
    ]
    differences = (*trusting, *allowing, *tagging.differences(found.tags, target.tags))
    return [Step("~", "role", name, differences, tuple(actions))] if actions else []


def removal(found: Role | None, names: Names) -> list[Step]:
    """Return the step that deletes it, after its policies: IAM refuses while it has any. None if it is not ours."""
    if found is None or not names.is_ours(found.tags):
        return []
    name = {"RoleName": names.global_base}
    actions = [
        *(Call("iam", "delete_role_policy", {**name, "PolicyName": one}, done_if=_GONE) for one in found.inline),
        *(Call("iam", "detach_role_policy", {**name, "PolicyArn": one}, done_if=_GONE) for one in found.attached),
        Call("iam", "delete_role", name, done_if=_GONE),
    ]
    return [Step("-", "role", names.global_base, (), tuple(actions))]


def _creation(target: Target) -> Call:
    params = {
        "RoleName": target.names.global_base,
        "AssumeRolePolicyDocument": json.dumps(trust_policy()),
        "Tags": tagging.to_pairs(target.tags),
    }
    return Call("iam", "create_role", params)


def _trust(name: str) -> Call:
    return Call("iam", "update_assume_role_policy", {"RoleName": name, "PolicyDocument": json.dumps(trust_policy())})


def _put(name: str, policy: Mapping[str, Any]) -> Call:
    params = {"RoleName": name, "PolicyName": POLICY, "PolicyDocument": json.dumps(policy)}
    return Call("iam", "put_role_policy", params)


def _statements(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    there, wanted = readable(before), readable(after)
    yield from (Difference(name, text, None) for text in sorted(there - wanted))
    yield from (Difference(name, None, text) for text in sorted(wanted - there))
