"""The settings of a function's action, from everywhere they may be written; what OpenWhisk would not take is refused.

What wins: command line, deploy.toml (of its tables see project/settings/deploy_toml.py), stack.yml, the default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from platforms.openwhisk.limits import (
    DEFAULT_LOGS_MB,
    DEFAULT_MEMORY_MB,
    DEFAULT_TIMEOUT_MS,
    MAX_LOGS_MB,
    MAX_PARAMETERS_BYTES,
    MIN_MEMORY_MB,
    MIN_TIMEOUT_MS,
)

from ..deploying.errors import BadSettings
from ..deploying.hints import hint
from ..packaging.openwhisk import DEFAULT_KIND
from ..project.functions import STACK, Function
from ..project.settings import deploy_toml, stack
from ..project.settings.written import Places, Written, places_of, refuse, table_of
from ..project.variables import names_of_secret, secret
from .names import MANAGED_BY, OURS

Web: TypeAlias = Literal["raw", "yes", "no"]
_WEBS = ("raw", "yes", "no")
# the deployer's, the controller's, and those of `web`:
# https://github.com/apache/openwhisk/blob/master/docs/annotations.md
_RESERVED = (MANAGED_BY[0], *OURS, "exec", "web-export", "raw-http", "final")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class ActionSettings:
    """The settings of one action, checked; each is called as in deploy.toml."""

    function: Function
    package: str | None = None
    """The package that the action is in."""
    kind: str = DEFAULT_KIND
    """The runtime: python:3.11 or newer."""
    web: Web = "raw"
    """Whether it is a web action: raw (the request as it was sent), yes (its arguments merged) or no."""
    memory_mb: int = DEFAULT_MEMORY_MB
    """From 128; wins over `limits.memory` in stack.yml. The deployment says up to where."""
    timeout_ms: int = DEFAULT_TIMEOUT_MS
    """From 100; the deployment says up to where."""
    logs_mb: int = DEFAULT_LOGS_MB
    """How much of its log is kept of one activation: 0 to 10."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the function sees: stack.yml's, then deploy.toml's, then the command line's."""
    annotations: Mapping[str, Any] = field(default_factory=dict)
    """Annotations of the action, such as `require-whisk-auth`."""
    secrets: tuple[str, ...] = ()
    """The names under `secrets:` in stack.yml."""


@dataclass(frozen=True)
class Options:
    """What the command line says of the settings; None for what it does not say."""

    function: str | None = None
    """Its name in the stack file, or its folder; None for the only one."""
    stack: Path = STACK
    config: Path | None = None
    flags: Mapping[str, Written] = field(default_factory=dict)
    """Settings that have a flag of their own; a variable is called `environment.NAME`."""


def load(options: Options, environ: Mapping[str, str]) -> ActionSettings:
    """Return the settings of a function's action.

    Raises BadSettings that names the file, the table and the key, or the flag; a variable's value is never named.
    """
    shared = stack.read(options.function, options.stack, environ, least_mb=MIN_MEMORY_MB)
    file = deploy_toml.find(options.config, options.stack, environ, shared.functions)
    written = {**shared.written, **file.for_openwhisk(shared.function.name), **options.flags}
    values: dict[str, Any] = {key: one.value for key, one in written.items() if "." not in key}
    values |= {table: table_of(written, table) for table in ("environment", "annotations")}
    settings = ActionSettings(shared.function, **values, secrets=shared.secrets)
    _check(settings, places_of(written))
    return settings


def variables(settings: ActionSettings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what the function's environment gets: its variables, and its secrets by their names in capitals.

    OpenWhisk has no store of secrets, and `context.secret` looks for one under that name. Raises BadSettings for a
    secret that is missing, and for more than OpenWhisk takes.
    """
    secrets = {names_of_secret(name)[-1]: secret(name, settings.function, environ) for name in settings.secrets}
    found = {**settings.environment, **secrets}
    if len(json.dumps(found).encode()) > MAX_PARAMETERS_BYTES:
        raise BadSettings(
            f"the variables of {settings.function.name} are over {MAX_PARAMETERS_BYTES // 2**20} MB, which is more "
            "than OpenWhisk takes"
        )
    return found


def variable_names(settings: ActionSettings) -> list[str]:
    """Return the names of what `variables` returns."""
    return sorted({*settings.environment, *(names_of_secret(name)[-1] for name in settings.secrets)})


def _check(settings: ActionSettings, places: Places) -> None:
    if settings.web not in _WEBS:
        refuse(places, "web", f"is {settings.web!r}; {hint(settings.web, _WEBS)}")
    for key, least in (("memory_mb", MIN_MEMORY_MB), ("timeout_ms", MIN_TIMEOUT_MS), ("logs_mb", 0)):
        if getattr(settings, key) < least:
            refuse(places, key, f"is {getattr(settings, key)}, and must be at least {least}")
    if settings.logs_mb > MAX_LOGS_MB:
        refuse(places, "logs_mb", f"is {settings.logs_mb}, and must be at most {MAX_LOGS_MB}")
    for name in settings.environment:
        if not _VARIABLE.fullmatch(name) or name.startswith("__OW_"):
            refuse(places, f"environment.{name}", "is no name that it takes: a-z, A-Z, 0-9 and '_', and not in __OW_")
    for name in settings.annotations:
        if name in _RESERVED:
            says = "is what `web` sets" if name in _RESERVED[-3:] else "is the deployer's own; take another name"
            refuse(places, f"annotations.{name}", says)
