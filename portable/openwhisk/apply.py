"""The stage of a deploy that changes something: it carries out a plan, change by change."""

from __future__ import annotations

from collections.abc import Sequence

from ..deploying.errors import DeployError
from .answers import ApiError
from .api import Api
from .console import Console
from .plan import Put


def carry_out(plan: Sequence[Put], api: Api, console: Console) -> None:
    """Put every change. Raises DeployError for the first that fails, or that was not the only one."""
    for done, change in enumerate(plan):
        try:
            reply = api.put(change.path, change.body, overwrite=change.sign == "~")
        except ApiError as error:
            if done:
                console.warn(f"done before that: {plan[0].kind} {plan[0].name}")
            raise ApiError(f"{change.kind} {change.name} was not put: {error}", error.status) from None
        version = reply.payload.get("version") if isinstance(reply.payload, dict) else None
        # a PUT that was tried again may have been done twice
        if reply.attempts == 1 and version != change.version:
            raise DeployError(
                f"{change.kind} {change.name} is at version {version}, and not at {change.version}: somebody else "
                "changed it at the same time, and that change is overwritten; see who else deploys it"
            )
