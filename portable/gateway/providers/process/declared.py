"""The functions that a stack file declares: which of them can run as processes, and what is the same deployment."""

from __future__ import annotations

from pathlib import Path

from ....deploying.errors import BadSettings
from ....project import imports
from ....stack.errors import Refused
from ....stack.messages import FunctionDeployment, Resources
from ....stack.retries import RetryPolicy
from ....stack.stack_file import StackFunction


def checked(function: StackFunction, stack_path: Path) -> StackFunction:
    """Return a function that can run as a process. Raises Refused, which names the file."""
    where = f"{stack_path}: function {function.deployment.name.name!r}"
    if function.lang != "portable":
        raise Refused(
            f"{where}: lang is {function.lang!r}, and only portable runs as a process; run `docker compose up` "
            "for a gateway that runs images, or take it out"
        )
    if not function.handler_dir.is_dir():
        raise Refused(f"{where}: handler: there is no folder {str(function.handler_dir)!r}")
    try:
        imports.check(function.handler_dir)
        RetryPolicy.from_annotations(function.deployment.annotations)
    except (BadSettings, Refused) as error:
        raise Refused(f"{where}: {error}") from None
    return function


def difference(declared: FunctionDeployment, asked: FunctionDeployment) -> list[str]:
    """Return the fields, by the names of the REST API, in which two deployments differ; the order of lists is none."""
    fields, others = (_comparable(one) for one in (declared, asked))
    return [name for name, value in fields.items() if others[name] != value]


def _comparable(deployment: FunctionDeployment) -> dict[str, object]:
    return {
        **deployment.common_fields(),
        "secrets": set(deployment.secrets),
        "constraints": set(deployment.constraints),
        "limits": deployment.limits or Resources(),
        "requests": deployment.requests or Resources(),
    }
