"""Where a call can be replayed: each platform, and for Lambda each front door."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from ..emulators.messages import Answer, Request
from .errors import ReplayError

if TYPE_CHECKING:
    from platforms.loading import Handler

Send: TypeAlias = Callable[[Request], Answer]
DOORS = {"aws_lambda": ("rest", "http", "url", "alb")}
PLATFORMS = ("wsgi", "openfaas", "openwhisk", "aws_lambda", "google_cloud", "azure_functions")
TARGETS = tuple(
    f"{platform}:{door}" if door else platform for platform in PLATFORMS for door in DOORS.get(platform, ("",))
)
# what is not there is said to be needed by the name of its package
_PACKAGES = {"flask": "functions-framework", "azure": "azure-functions"}


def targets(names: Iterable[str]) -> list[str]:
    """Return the targets that are named, each once; `all` names every one, and Lambda without a door its REST API.

    Raises ReplayError for a name that is none.
    """
    found: dict[str, None] = {}
    for name in names:
        if name == "all":
            found |= dict.fromkeys(TARGETS)
        elif name in PLATFORMS or name in TARGETS:
            found[f"{name}:{DOORS[name][0]}" if name in DOORS else name] = None
        else:
            raise ReplayError(f"there is no platform {name!r}: it takes all, aws_lambda, {', '.join(TARGETS)}")
    return list(found)


def sender(target: str, handler: Handler, environ: Mapping[str, str]) -> Send:
    """Return what sends requests to the shim of a target, as its platform would.

    Raises ReplayError if a package that the shim needs is not installed.
    """
    platform, _, door = target.partition(":")
    made: Send = _module(platform).sender(handler, environ, *([door] if door else []))
    return made


def runner(platform: str, handler: Handler, environ: Mapping[str, str]) -> Callable[[Any], Any]:
    """Return what gives native events to the shim of a platform."""
    made: Callable[[Any], Any] = _module(platform).runner(handler, environ)
    return made


def _module(platform: str) -> Any:
    # imported when it is asked for: each needs its platform's packages, and some the handler
    try:
        return importlib.import_module(f".senders.{platform}", __package__)
    except ModuleNotFoundError as error:
        package = _PACKAGES.get((error.name or "").partition(".")[0])
        if package is None:
            raise
        raise ReplayError(
            f"{platform} needs {package}, which is not installed here: `make setup` installs it, or name other "
            "platforms with --platform"
        ) from None
