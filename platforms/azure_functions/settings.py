"""The settings of a function app that the shim reads: Azure gives them as environment variables."""

from __future__ import annotations

import re
from collections.abc import Mapping

import azure.functions as azf

# host.json's own, where a setting overrides it:
# https://learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values
_PREFIX = "AzureFunctionsJobHost__extensions__http__routePrefix"
_TIMEOUT = "AzureFunctionsJobHost__functionTimeout"
# days, hh:mm, days.hh:mm, and seconds after it: https://learn.microsoft.com/dotnet/api/system.timespan.parse
_TIME_SPAN = re.compile(
    r"(?:([0-9]+)(?:$|\.(?=[0-9]+:)|:(?=[0-9]+:[0-9]+:)))?(?:([0-9]+):([0-9]+)(?::([0-9]+(?:\.[0-9]+)?))?)?"
)


def timeout_of(environ: Mapping[str, str]) -> float | None:
    """Return host.json's functionTimeout in seconds; None if no setting tells it, or it is endless."""
    found = _TIME_SPAN.fullmatch(environ.get(_TIMEOUT, "").strip())
    if found is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) or None


def base_path_of(raw_path: str, environ: Mapping[str, str]) -> str:
    """Return the part of a path that is host.json's route prefix; "" if no setting tells it."""
    prefix = environ.get(_PREFIX, "").strip("/")
    # a route is matched without regard to case: https://learn.microsoft.com/aspnet/core/fundamentals/routing
    if not prefix or not f"{raw_path}/".lower().startswith(f"/{prefix}/".lower()):
        return ""
    return raw_path[: len(prefix) + 1]


def auth_level_of(environ: Mapping[str, str]) -> azf.AuthLevel:
    """Return who may call the HTTP function. Raises ValueError for a level that Azure does not know."""
    text = environ.get("AUTH_LEVEL") or "anonymous"
    try:
        return azf.AuthLevel[text.upper()]
    except KeyError:
        allowed = ", ".join(level.name.lower() for level in azf.AuthLevel)
        raise ValueError(f"AUTH_LEVEL is {text!r}; it takes {allowed}") from None


def is_on(name: str, environ: Mapping[str, str]) -> bool:
    """Return whether a switch is 1. Raises ValueError if it is neither that nor 0."""
    text = environ.get(name) or "0"
    if text not in ("0", "1"):
        raise ValueError(f"{name} is {text!r}; it takes 1, or 0 as without it")
    return text == "1"
