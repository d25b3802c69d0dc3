"""What is to be there: an action as the arguments and the package make it. It calls nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import click

from platforms.openwhisk.limits import MAX_LOGS_MB, MIN_MEMORY_MB, MIN_TIMEOUT_MS

from ..deploying.arguments import Arguments
from ..deploying.errors import BadSettings
from ..packaging import openwhisk as package
from ..packaging import zip_file
from ..project import handlers
from ..project.settings.written import Written
from .action_settings import ActionSettings, Web, variables
from .names import DIGEST, MANAGED_BY, ActionName

OPTIONS = (
    click.option("--kind", metavar="KIND", help=f"Runtime (deploy.toml; default {package.DEFAULT_KIND})."),
    click.option("--docker", metavar="IMAGE", help="A Docker action of this image: nothing is packaged."),
    click.option(
        "-m",
        "--memory",
        type=click.IntRange(MIN_MEMORY_MB),
        metavar="MB",
        help="How much it may use (deploy.toml; default 256).",
    ),
    click.option(
        "-t",
        "--timeout",
        type=click.IntRange(MIN_TIMEOUT_MS),
        metavar="MS",
        help="How long a call may take (deploy.toml; default 60000).",
    ),
    click.option(
        "-l",
        "--logsize",
        type=click.IntRange(0, MAX_LOGS_MB),
        metavar="MB",
        help="How much a call may log (deploy.toml; default 10).",
    ),
    click.option(
        "--env",
        multiple=True,
        metavar="NAME[=VALUE]",
        help="A variable for the function beside those of stack.yml, from here if it has no value.",
    ),
)
# what `wsk ... --web raw|yes|no` sets:
# https://github.com/apache/openwhisk/blob/master/docs/annotations.md#annotations-specific-to-web-actions
_WEB: Mapping[Web, Mapping[str, bool]] = {
    "raw": {"web-export": True, "raw-http": True, "final": True},
    "yes": {"web-export": True, "raw-http": False, "final": True},
    "no": {"web-export": False, "raw-http": False, "final": False},
}


@dataclass(frozen=True)
class Wanted:
    """An action. `digest` is its package's, None for a Docker action."""

    name: ActionName
    exec: Mapping[str, Any] = field(repr=False)
    limits: Mapping[str, int]
    digest: str | None
    env: Mapping[str, str] = field(repr=False)
    web: Web
    annotated: Mapping[str, Any]
    """The user's own annotations."""

    @property
    def is_web(self) -> bool:
        """Tell whether it has a URL."""
        return self.web != "no"

    @property
    def annotations(self) -> Mapping[str, Any]:
        """Return what makes it a web action, what the user annotates, and what makes it ours."""
        digest = {DIGEST: self.digest} if self.digest else {}
        return {**_WEB[self.web], **web_options(self.web), **self.annotated, **dict([MANAGED_BY]), **digest}

    @property
    def parameters(self) -> list[Mapping[str, Any]]:
        """Return the variables as parameters that are given to the action when it is initialised."""
        return [{"key": name, "value": value, "init": True} for name, value in sorted(self.env.items())]


def web_options(web: Web) -> Mapping[str, bool]:
    """Return what lets OPTIONS reach the function of a web action, and keeps the controller's own CORS headers out."""
    return {"web-custom-options": True} if web != "no" else {}


def flags(arguments: Arguments, environ: Mapping[str, str]) -> dict[str, Written]:
    """Return the settings that the command line of any command gives. Raises BadSettings for a bad --env."""
    known = {"package": "package", "kind": "kind", "memory": "memory_mb", "timeout": "timeout_ms", "logsize": "logs_mb"}
    given = {key: Written(getattr(arguments, flag, None), f"--{flag}") for flag, key in known.items()}
    env = dict(_variable(text, environ) for text in getattr(arguments, "env", None) or ())
    return {
        **{key: one for key, one in given.items() if one.value is not None},
        **{f"environment.{name}": Written(value, f"--env {name}") for name, value in env.items()},
    }


def wanted(settings: ActionSettings, name: ActionName, docker: str | None, environ: Mapping[str, str]) -> Wanted:
    """Build the package, unless `docker` is an image, and return the action. Raises BadSettings or PackageError."""
    env = variables(settings, environ)
    limits = {"timeout": settings.timeout_ms, "memory": settings.memory_mb, "logs": settings.logs_mb}
    made, digest = _code(settings, docker, env)
    return Wanted(name, made, limits, digest, env, settings.web, settings.annotations)


def _code(settings: ActionSettings, docker: str | None, env: Mapping[str, str]) -> tuple[Mapping[str, Any], str | None]:
    """Return what OpenWhisk runs, and the digest of the package in it."""
    if docker is not None:
        if not re.fullmatch(r"[\w./:@-]+", docker, re.ASCII):
            raise BadSettings(f"--docker is {docker!r}; it takes an image such as user/meditations:1")
        return {"kind": "blackbox", "image": docker}, None
    handlers.check(settings.function.folder, env)
    built = package.build(settings.function.folder, settings.kind)
    code = b64encode(zip_file.pack(built.files)).decode()
    return {"kind": settings.kind, "code": code, "binary": True, "main": "main"}, built.digest


def _variable(text: str, environ: Mapping[str, str]) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or name.startswith("__OW_"):
        shown = repr(name) if equals else "malformed"
        raise BadSettings(f"the name of an --env is {shown}; it takes NAME or NAME=VALUE, and no name in __OW_")
    if equals:
        return name, value
    if name not in environ:
        raise BadSettings(f"--env {name}: it is not set here; set it, or write --env {name}=VALUE")
    return name, environ[name]
