"""The emulators by their names: each platform, and for Lambda each front door."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .errors import Unavailable
from .messages import Send

if TYPE_CHECKING:
    from platforms.loading import Handler

DOORS = {"aws_lambda": ("rest", "http", "url", "alb")}
PLATFORMS = ("wsgi", "openfaas", "openwhisk", "aws_lambda", "google_cloud", "azure_functions")
EMULATORS = tuple(
    f"{platform}:{door}" if door else platform for platform in PLATFORMS for door in DOORS.get(platform, ("",))
)
_MODULES = {"aws_lambda": "aws_lambda.in_process"}
# what is not there is said to be needed by the name of its package
_PACKAGES = {"flask": "flask", "azure": "azure-functions"}


def emulators(names: Iterable[str]) -> list[str]:
    """Return the emulators that are named, each once; `all` names every one, and Lambda without a door its REST API.

    Raises Unavailable for a name that is none.
    """
    found: dict[str, None] = {}
    for name in names:
        if name == "all":
            found |= dict.fromkeys(EMULATORS)
        elif name in PLATFORMS or name in EMULATORS:
            found[f"{name}:{DOORS[name][0]}" if name in DOORS else name] = None
        else:
            raise Unavailable(f"there is no platform {name!r}: it takes all, aws_lambda, {', '.join(EMULATORS)}")
    return list(found)


def sender(emulator: str, handler: Handler, environ: Mapping[str, str]) -> Send:
    """Return what sends requests to the shim of a platform, as the platform would.

    Raises Unavailable if a package that the shim needs is not installed.
    """
    platform, _, door = emulator.partition(":")
    made: Send = _module(platform).sender(handler, environ, *([door] if door else []))
    return made


def runner(platform: str, handler: Handler, environ: Mapping[str, str]) -> Callable[[Any], Any]:
    """Return what gives native events to the shim of a platform."""
    made: Callable[[Any], Any] = _module(platform).runner(handler, environ)
    return made


def handle(event: Any, context: Any) -> Any:
    """Call the handler that HANDLER names by now: what a shim that was imported here has for its own entry point."""
    from platforms.loading import load_handler

    return load_handler(os.environ)(event, context)


@contextmanager
def _handler_named() -> Iterator[None]:
    """Name a handler for shims, which load theirs when they are imported: an emulator is given its own."""
    before = os.environ.get("HANDLER")
    os.environ["HANDLER"] = f"{__name__}:{handle.__name__}"
    try:
        yield
    finally:
        del os.environ["HANDLER"]
        if before is not None:
            os.environ["HANDLER"] = before


def _module(platform: str) -> Any:
    # imported when it is asked for: each needs its platform's packages
    try:
        with _handler_named():
            return importlib.import_module(f".{_MODULES.get(platform, platform)}", __package__)
    except ModuleNotFoundError as error:
        package = _PACKAGES.get((error.name or "").partition(".")[0])
        if package is None:
            raise
        raise Unavailable(
            f"{platform} needs {package}, which is not installed here: install it, or name other platforms with "
            "--platform"
        ) from None
