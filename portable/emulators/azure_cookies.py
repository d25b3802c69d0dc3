"""A cookie on its way through Azure's worker and host: read as the worker reads it, written as ASP.NET Core does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from .errors import Malformed

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Cookie(NamedTuple):
    """One RpcHttpCookie; what is None is not set. `expires` is in seconds since the epoch."""

    name: str
    value: str
    domain: str | None = None
    path: str | None = None
    expires: int | None = None
    secure: bool | None = None
    http_only: bool | None = None
    same_site: str = "None"
    max_age: float | None = None


def read_cookie(name: str, morsel: Any) -> Cookie:
    """Return a cookie as the worker reads it.

    https://github.com/Azure/azure-functions-python-worker/blob/dev/runtimes/v2/azure_functions_runtime/bindings/datumdef.py
    """
    same_site = {"lax": "Lax", "strict": "Strict", "none": "ExplicitNone"}.get(morsel["samesite"].lower(), "None")
    try:
        # with one in another form the whole invocation fails
        expires = morsel["expires"] and datetime.strptime(f"{morsel['expires']} +0000", "%a, %d %b %Y %H:%M:%S GMT %z")
        max_age = float(morsel["max-age"]) if morsel["max-age"] != "" else None
    except ValueError as error:
        raise Malformed(f"the worker fails on a cookie's attribute: {error}") from error
    return Cookie(
        name,
        morsel.value,
        morsel["domain"],
        morsel["path"],
        int(expires.timestamp()) if expires else None,
        bool(morsel["secure"]),
        bool(morsel["httponly"]),
        same_site,
        max_age,
    )


def set_cookie(cookie: Cookie) -> str:
    """Return a Set-Cookie's value as ASP.NET Core writes it: the value encoded, and what was not set empty.

    https://github.com/dotnet/aspnetcore/blob/main/src/Http/Headers/src/SetCookieHeaderValue.cs
    https://github.com/Azure/azure-functions-python-worker/issues/1794
    """
    demand(_TOKEN.fullmatch(cookie.name), f"no name of a cookie: {cookie.name!r}")
    demand(cookie.max_age is None or cookie.max_age >= 0, f"Max-Age is negative: {cookie.max_age}")
    expires = cookie.expires
    same_site = {"Lax": "lax", "Strict": "strict", "ExplicitNone": "none", "None": None}[cookie.same_site]
    attributes = {
        "expires": None if expires is None else format_datetime(datetime.fromtimestamp(expires, UTC), usegmt=True),
        "max-age": None if cookie.max_age is None else str(int(cookie.max_age)),
        "domain": cookie.domain,
        "path": cookie.path,
        "secure": "" if cookie.secure else None,
        "samesite": same_site,
        "httponly": "" if cookie.http_only else None,
    }
    flags = ("secure", "httponly")
    parts = [name if name in flags else f"{name}={value}" for name, value in attributes.items() if value is not None]
    written = "; ".join([f"{cookie.name}={quote(cookie.value, safe='')}", *parts])
    check_header("Set-Cookie", written)
    return written


def check_header(name: str, value: str) -> None:
    """Refuse a header with which Kestrel throws: by default only ASCII may be in it, and no control character.

    https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/Internal/Http/HttpHeaders.cs
    """
    demand(isinstance(name, str), f"no header's name: {name!r}")
    demand(isinstance(value, str), f"no value of the header {name}: {value!r}")
    demand(_TOKEN.fullmatch(name), f"no header's name: {name!r}")
    demand(re.fullmatch(r"[ -~\t]*", value), f"the header {name} has a character that Kestrel refuses: {value!r}")


def demand(holds: object, why: str) -> None:
    """Raise Malformed if a rule does not hold."""
    if not holds:
        raise Malformed(why)
