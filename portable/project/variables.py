"""What a function's process has in its environment by stack.yml: variables, and the values of its secrets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ..deploying.errors import BadSettings
from .functions import Function

SECRETS_DIR = ".secrets"


def variables(function: Function, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what stack.yml sets for a function (environment, environment_file), and its secrets by their names.

    `context.secret(name)` looks for a secret under its own name first. Raises BadSettings for one that is missing.
    """
    if not function.deployment:
        return {}
    secrets = {name: secret(name, function, environ) for name in function.deployment.secrets}
    return {**function.deployment.env_vars, **secrets}


def secret(name: str, function: Function, environ: Mapping[str, str]) -> str:
    """Return the value of a secret: of `.secrets/NAME` beside stack.yml, else of the environment. Raises BadSettings.

    The names in the environment are those of Context.secret in platforms/contract.py.
    """
    path = function.root / SECRETS_DIR / name
    if path.is_file():
        return _read(path)
    names = (name, name.upper().replace("-", "_").replace(".", "_"))
    for variable in names:
        if variable in environ:
            return environ[variable]
    raise BadSettings(
        f"{function.name}: there is no secret {name!r}: neither the file {path} nor the variable "
        f"{' or '.join(dict.fromkeys(names))}; write its value into that file"
    )


def _read(path: Path) -> str:
    try:
        value = path.read_bytes()
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror}") from None
    if b"\0" in value:
        raise BadSettings(f"{path} has a NUL in it, which the environment of a process cannot have")
    return os.fsdecode(value.removesuffix(b"\n"))
