"""What Lambda answers for a function that was made for a target."""

from __future__ import annotations

from typing import Any

from portable.aws.artifact.descriptions import release_description
from portable.aws.artifact.target import Target
from portable.aws.plan import Call
from portable.aws.resources import function

_NOT_ANSWERED = ("Code", "Tags", "Publish")


def configuration_of(target: Target, version: str = "$LATEST") -> dict[str, Any]:
    """Return the configuration of `$LATEST`, or of a version, after a deploy of the target."""
    actions = [action for step in function.changes(None, target) for action in step.actions]
    (create,) = (one for one in actions if isinstance(one, Call) and one.operation == "create_function")
    return {
        **{name: value for name, value in create.params.items() if name not in _NOT_ANSWERED},
        "Description": "" if version == "$LATEST" else release_description(target.package),
        "CodeSha256": target.package.code_sha256,
        "Version": version,
        "State": "Active",
        "LastUpdateStatus": "Successful",
    }
