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


def find_secret(name: str, root: Path, environ: Mapping[str, str]) -> str | None:
    """Return the value of a secret: of `.secrets/NAME` in the project, else of the environment; None if it is missing.

    Raises BadSettings for a file that cannot be read, or whose value no process can have.
    """
    path = root / SECRETS_DIR / name
    if path.is_file():
        return _read(path)
    return next((environ[variable] for variable in names_of_secret(name) if variable in environ), None)


def secret(name: str, function: Function, environ: Mapping[str, str]) -> str:
    """Return the value of a function's secret, as `find_secret` finds it. Raises BadSettings if it is missing, too."""
    value = find_secret(name, function.root, environ)
    if value is None:
        raise BadSettings(
            f"{function.name}: there is no secret {name!r}: neither the file {function.root / SECRETS_DIR / name} "
            f"nor the variable {' or '.join(names_of_secret(name))}; write its value into that file"
        )
    return value


def names_of_secret(name: str) -> tuple[str, ...]:
    """Return where Context.secret of platforms/contract.py looks for a secret in the environment."""
    return tuple(dict.fromkeys((name, name.upper().replace("-", "_").replace(".", "_"))))


def _read(path: Path) -> str:
    try:
        value = path.read_bytes()
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror}") from None
    if b"\0" in value:
        raise BadSettings(f"{path} has a NUL in it, which the environment of a process cannot have")
    return os.fsdecode(value.removesuffix(b"\n"))
