"""What is to be there: an action as the arguments and the package make it. It calls nothing."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from platforms.openwhisk.limits import (
    DEFAULT_LOGS_MB,
    DEFAULT_MEMORY_MB,
    DEFAULT_TIMEOUT_MS,
    MAX_LOGS_MB,
    MAX_PARAMETERS_BYTES,
    MIN_MEMORY_MB,
    MIN_TIMEOUT_MS,
)

from ..deploying.arguments import add_function
from ..deploying.errors import BadSettings
from ..deploying.world import World
from ..packaging import openwhisk as package
from ..packaging import zip_file
from .names import DIGEST, MANAGED_BY, ActionName

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


def add_arguments(parser: ArgumentParser) -> None:
    """Add what the action is made of."""
    add, default = parser.add_argument, "default %(default)s"
    code = parser.add_mutually_exclusive_group()
    code.add_argument("--kind", default=package.DEFAULT_KIND, help=f"runtime (default {package.DEFAULT_KIND})")
    code.add_argument("--docker", metavar="IMAGE", help="a Docker action of this image: nothing is packaged")
    add_function(parser)
    add("-m", "--memory", type=_at_least(MIN_MEMORY_MB), default=DEFAULT_MEMORY_MB, metavar="MB", help=default)
    add("-t", "--timeout", type=_at_least(MIN_TIMEOUT_MS), default=DEFAULT_TIMEOUT_MS, metavar="MS", help=default)
    add("-l", "--logsize", type=_at_least(0, MAX_LOGS_MB), default=DEFAULT_LOGS_MB, metavar="MB", help=default)
    add(
        "--env",
        action="append",
        metavar="NAME[=VALUE]",
        help="a variable for the function, from here if it has no value; all there are, if any is given",
    )


def wanted(arguments: Namespace, name: ActionName, world: World) -> Wanted:
    """Build the package, if there is one, and return the action. Raises BadSettings or PackageError."""
    env = _env(arguments.env, world.environ)
    limits = {"timeout": arguments.timeout, "memory": arguments.memory, "logs": arguments.logsize}
    if arguments.docker is not None:
        if not re.fullmatch(r"[\w./:@-]+", arguments.docker, re.ASCII):
            raise BadSettings(f"--docker is {arguments.docker!r}; it takes an image such as user/meditations:1")
        return Wanted(name, {"kind": "blackbox", "image": arguments.docker}, limits, None, env)
    built = package.build(arguments.function, arguments.kind)
    code = b64encode(zip_file.pack(built.files)).decode()
    return Wanted(
        name,
        {"kind": arguments.kind, "code": code, "binary": True, "main": "main"},
        limits,
        built.digest,
        env,
    )


def _env(given: list[str] | None, environ: Mapping[str, str]) -> Mapping[str, str] | None:
    if given is None:
        return None
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


def _at_least(least: int, most: int | None = None) -> Callable[[str], int]:
    def number(text: str) -> int:
        if (
            text.isascii()
            and text.isdigit()
            and len(text) < 10
            and least <= int(text)
            and (not most or int(text) <= most)
        ):
            return int(text)
        to = f" to {most}" if most else ""
        raise ArgumentTypeError(f"{text!r} is no whole number from {least}{to if most else ' on'}")

    return number
