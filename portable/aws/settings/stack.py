"""What stack.yml says of the function for every platform alike: name, environment, secrets, memory.

The only module below platforms/ that imports the gateway: docs/decisions/0013.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platforms.aws_lambda.limits import MIN_MEMORY_MB

from ...deploying.errors import BadSettings
from ...stack.errors import Refused
from ...stack.quantities import parse_quantity
from ...stack.stack_file import StackFunction, read_stack


@dataclass(frozen=True)
class StackSettings:
    """What one function of the stack file shares with AWS."""

    app: str
    place: str
    """Where it stands, for messages: `stack.yml: function 'meditations'`."""

    environment: Mapping[str, str]
    secrets: tuple[str, ...]
    memory_mb: int | None
    """`limits.memory`, as much as Lambda gives at least; None if there is no limit."""


def read(path: Path, function_dir: Path, environ: Mapping[str, str]) -> StackSettings:
    """Return the settings of the function whose handler is that folder; `environ` fills the file's `${VARIABLES}`.

    Raises BadSettings for a stack file that faas-cli would not take, and unless exactly one function has the folder.
    """
    try:
        functions = read_stack(path, environ)
    except Refused as error:
        raise BadSettings(str(error)) from None
    function = _only(path, function_dir, functions).deployment
    return StackSettings(
        app=function.name.name,
        place=f"{path}: function {function.name.name!r}",
        environment=dict(function.env_vars),
        secrets=tuple(dict.fromkeys(function.secrets)),
        memory_mb=_megabytes(function.limits.memory) if function.limits and function.limits.memory else None,
    )


def _only(path: Path, function_dir: Path, functions: list[StackFunction]) -> StackFunction:
    found = [one for one in functions if one.handler_dir == function_dir.resolve()]
    if len(found) == 1:
        return found[0]
    if found:
        names = " and ".join(repr(one.deployment.name.name) for one in found)
        raise BadSettings(
            f"{path}: functions {names} both have the handler {str(function_dir)!r}, so the app's name is not clear; "
            "give each its own folder, or name another file with --stack"
        )
    there_are = ", ".join(
        f"{os.path.relpath(one.handler_dir)} (function {one.deployment.name.name!r})" for one in functions
    )
    raise BadSettings(
        f"{path}: no function has the handler {str(function_dir)!r}; add it, or choose one with --function: {there_are}"
    )


def _megabytes(written: str) -> int:
    """Return a quantity in Lambda's megabytes (of 1024 * 1024 bytes), rounded up."""
    return max(MIN_MEMORY_MB, math.ceil(parse_quantity(written) / 2**20))
