"""What stack.yml says of a function for every platform alike: name, environment, secrets, memory."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...deploying.errors import BadSettings
from ...stack.quantities import parse_quantity
from ..functions import Function, declared, find
from ..variables import check_secret_names
from .written import Written


@dataclass(frozen=True)
class StackSettings:
    """What a deployer takes of one function of the stack file."""

    function: Function
    functions: tuple[str, ...]
    """The names of all functions of the file."""
    place: str
    """Where it stands, for messages: `stack.yml: function 'meditations'`."""
    written: Mapping[str, Written]
    """`environment.NAME` and, if there is a limit, `memory_mb`: of 1024 * 1024 bytes each, rounded up."""
    secrets: tuple[str, ...]


def read(named: str | None, stack: Path, environ: Mapping[str, str], *, least_mb: int) -> StackSettings:
    """Return the settings of a function, by its name or its folder, with as much memory as the platform gives at least.

    `environ` fills the file's `${VARIABLES}`. Raises BadSettings for a stack file that faas-cli would not take, for a
    function that it does not name, and for a secret whose name is taken.
    """
    names = tuple(one.name for one in declared(stack, environ))
    function = find(named, stack, environ)
    deployment = function.deployment
    if deployment is None:
        raise BadSettings(
            f"{stack}: no function has the handler {named!r}; add it, or choose one with --function: {', '.join(names)}"
        )
    place = f"{stack}: function {function.name!r}"
    if function.devices:
        raise BadSettings(f"{place} asks for {function.devices[0]}, which only a cluster has: take it out")
    check_secret_names(deployment.secrets)
    written = {
        f"environment.{name}": Written(value, f"{place}: environment.{name}")
        for name, value in deployment.env_vars.items()
    }
    if deployment.limits and deployment.limits.memory:
        memory_mb = max(least_mb, math.ceil(parse_quantity(deployment.limits.memory) / 2**20))
        written["memory_mb"] = Written(memory_mb, f"{place}: limits.memory")
    return StackSettings(function, names, place, written, tuple(dict.fromkeys(deployment.secrets)))
