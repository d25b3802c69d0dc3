"""What is to be there: an action as the arguments and the package make it. It calls nothing."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from platforms.openwhisk.limits import (
    DEFAULT_LOGS_MB,
    DEFAULT_MEMORY_MB,
    DEFAULT_TIMEOUT_MS,
    MAX_LOGS_MB,
    MAX_PARAMETERS_BYTES,
    MIN_MEMORY_MB,
    MIN_TIMEOUT_MS,
)

from ..deploying.arguments import Arguments
from ..deploying.errors import BadSettings
from ..deploying.world import World
from ..packaging import openwhisk as package
from ..packaging import zip_file
from .names import DIGEST, MANAGED_BY, ActionName

OPTIONS = (
    click.option("--kind", metavar="KIND", help=f"Runtime, in place of {package.DEFAULT_KIND}."),
    click.option("--docker", metavar="IMAGE", help="A Docker action of this image: nothing is packaged."),
    click.option(
        "-m",
        "--memory",
        type=click.IntRange(MIN_MEMORY_MB),
        default=DEFAULT_MEMORY_MB,
        show_default=True,
        metavar="MB",
        help="How much memory it may use.",
    ),
    click.option(
        "-t",
        "--timeout",
        type=click.IntRange(MIN_TIMEOUT_MS),
        default=DEFAULT_TIMEOUT_MS,
        show_default=True,
        metavar="MS",
        help="How long a call may take.",
    ),
    click.option(
        "-l",
        "--logsize",
        type=click.IntRange(0, MAX_LOGS_MB),
        default=DEFAULT_LOGS_MB,
        show_default=True,
        metavar="MB",
        help="How much a call may log.",
    ),
    click.option(
        "--env",
        multiple=True,
        metavar="NAME[=VALUE]",
        help="A variable for the function, from here if it has no value; all there are, if any is given.",
    ),
)
# what `wsk ... --web raw -a web-custom-options true` sets:
# https://github.com/apache/openwhisk/blob/master/docs/annotations.md#annotations-specific-to-web-actions
_WEB = {"web-export": True, "raw-http": True, "final": True, "web-custom-options": True}


@dataclass(frozen=True)
class Wanted:
    """An action. `digest` is its package's, None for a Docker action; without `env` its parameters stay as they are."""

    name: ActionName
    exec: Mapping[str, Any] = field(repr=False)
    limits: Mapping[str, int]
    digest: str | None
    env: Mapping[str, str] | None = field(default=None, repr=False)

    @property
    def annotations(self) -> Mapping[str, Any]:
        """Return what makes it a raw-http web action, and ours."""
        return {**_WEB, **dict([MANAGED_BY]), **({DIGEST: self.digest} if self.digest else {})}

    @property
    def parameters(self) -> list[Mapping[str, Any]] | None:
        """Return the variables as parameters that are given to the action when it is initialised."""
        if self.env is None:
            return None
        return [{"key": name, "value": value, "init": True} for name, value in sorted(self.env.items())]


def wanted(arguments: Arguments, name: ActionName, world: World) -> Wanted:
    """Build the package, if there is one, and return the action. Raises BadSettings or PackageError."""
    env = _env(arguments.env, world.environ) if arguments.env else None
    limits = {"timeout": arguments.timeout, "memory": arguments.memory, "logs": arguments.logsize}
    if arguments.docker is not None:
        if arguments.kind is not None:
            raise BadSettings("it takes one of --kind and --docker: an image has a runtime of its own")
        if not re.fullmatch(r"[\w./:@-]+", arguments.docker, re.ASCII):
            raise BadSettings(f"--docker is {arguments.docker!r}; it takes an image such as user/meditations:1")
        return Wanted(name, {"kind": "blackbox", "image": arguments.docker}, limits, None, env)
    kind = arguments.kind or package.DEFAULT_KIND
    built = package.build(arguments.function, kind)
    code = b64encode(zip_file.pack(built.files)).decode()
    return Wanted(
        name,
        {"kind": kind, "code": code, "binary": True, "main": "main"},
        limits,
        built.digest,
        env,
    )


def _env(given: Sequence[str], environ: Mapping[str, str]) -> Mapping[str, str]:
    env = dict(_variable(text, environ) for text in given)
    if len(json.dumps(env).encode()) > MAX_PARAMETERS_BYTES:
        raise BadSettings(
            f"the variables of --env are over {MAX_PARAMETERS_BYTES // 2**20} MB, which is more than OpenWhisk takes"
        )
    return env


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
