"""What a function's process has in its environment by stack.yml: variables, and the values of its secrets."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..deploying.errors import BadSettings
from .functions import Function

SECRETS_DIR = ".secrets"
_OF_THE_SYSTEM = re.compile(
    "PATH|HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|TERM|LANG|LANGUAGE|TZ|TMP|TEMP|TMPDIR|HOSTNAME|VIRTUAL_ENV"
    "|HANDLER|HOST|PORT|(PYTHON|LC_|LD_|DYLD_).*"
)
"""Variables that are there for another reason, and that change how a process runs."""


def variables(function: Function, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what stack.yml sets for a function (environment, environment_file), and its secrets by their names.

    `context.secret(name)` looks for a secret under its own name first. Raises BadSettings for one that is missing.
    """
    if not function.deployment:
        return {}
    secrets = {name: secret(name, function, environ) for name in function.deployment.secrets}
    return {**function.deployment.env_vars, **secrets}


def variable_files(function: Function) -> list[Path]:
    """Return the files that `variables` reads beside the stack file: those of secrets need not be there."""
    secrets = function.deployment.secrets if function.deployment else ()
    return [*function.environment_files, *(function.root / SECRETS_DIR / name for name in secrets)]


def find_secret(name: str, root: Path, environ: Mapping[str, str]) -> str | None:
    """Return the value of a secret: of `.secrets/NAME` in the project, else of the environment; None if it is missing.

    Raises BadSettings for a name of the system's own, a file that cannot be read, and a value that no process can have.
    """
    check_secret_names([name])
    path = root / SECRETS_DIR / name
    if path.is_file():
        return read_secret(path)
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


def check_secret_names(names: Iterable[str]) -> None:
    """Raise BadSettings for a secret whose name stands for a variable of the system's own, such as PATH."""
    for name in names:
        for variable in names_of_secret(name):
            if _OF_THE_SYSTEM.fullmatch(variable):
                raise BadSettings(
                    f"secret {name!r} would be mistaken for {variable}, a variable of the system's own: give it "
                    f"another name, such as my-{name}"
                )


def read_secret(path: Path) -> str:
    """Return the value in a secret's file, without one newline at its end.

    Raises BadSettings if it cannot be read, or has a NUL in it.
    """
    try:
        value = path.read_bytes()
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror}") from None
    if b"\0" in value:
        raise BadSettings(
            f"{path}: secret {path.name!r} has a NUL in it, which the environment of a process cannot have"
        )
    return os.fsdecode(value.removesuffix(b"\n"))
