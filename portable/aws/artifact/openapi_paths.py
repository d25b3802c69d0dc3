"""The paths of an OpenAPI document, as far as API Gateway is stricter than OpenAPI."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...deploying.errors import BadSettings

_PLAIN = re.compile(r"[A-Za-z0-9._:,-]+")
_VARIABLE = re.compile(r"\{([A-Za-z0-9._-]+)(\+?)\}")


def check(paths: Iterable[str], where: str) -> None:
    """Raise BadSettings for a path that API Gateway would refuse, by itself or beside another.

    A variable for the rest counts as one too: https://github.com/winglang/wing/issues/5210
    """
    variables: dict[str, tuple[str, str]] = {}
    for path in paths:
        _check_path(path, where)
        parent = ""
        for part in _parts(path):
            if part.startswith("{"):
                other, first = variables.setdefault(parent, (part, path))
                if other != part:
                    raise BadSettings(
                        f"{where}.{path}: {part} stands where {first} has {other}, and API Gateway takes one variable "
                        "at a place: give them one name"
                    )
            parent += f"/{part}"


def check_variables(path: str, parameters: Iterable[tuple[str, str]], where: str) -> None:
    """Raise BadSettings unless the path's variables are its path parameters; these come as (name, in)."""
    used = {name for name, _ in _VARIABLE.findall(path)}
    declared = {name for name, kind in parameters if kind == "path"}
    if missing := sorted(used - declared):
        raise BadSettings(f"{where}: {{{missing[0]}}} is not declared; add it to `parameters`, with `in: path`")
    if idle := sorted(declared - used):
        raise BadSettings(
            f"{where}: the path parameter {idle[0]!r} is not in the path; remove it, or add {{{idle[0]}}}"
        )


def _check_path(path: str, where: str) -> None:
    if not path.startswith("/"):
        raise BadSettings(f"{where}.{path}: a path begins with a slash")
    parts = _parts(path)
    for at, part in enumerate(parts):
        variable = _VARIABLE.fullmatch(part)
        if variable is None and not _PLAIN.fullmatch(part):
            raise BadSettings(
                f"{where}.{path}: {part!r} is no part of a path to API Gateway; it takes letters, digits and ._:,- "
                "or one whole {variable}"
            )
        if variable and variable[2] and at != len(parts) - 1:
            raise BadSettings(f"{where}.{path}: {part} takes all the rest, so nothing may follow it")


def _parts(path: str) -> list[str]:
    return [] if path == "/" else path.removeprefix("/").split("/")
