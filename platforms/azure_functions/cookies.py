"""What becomes of a Set-Cookie on Azure: the worker parses it, the host writes it anew from the parts that both know.

The worker: https://github.com/Azure/azure-functions-python-library/blob/dev/azure/functions/http.py
The host: https://github.com/dotnet/aspnetcore/blob/main/src/Http/Headers/src/SetCookieHeaderValue.cs
"""

from __future__ import annotations

from email.utils import format_datetime, parsedate_to_datetime
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

_FLAGS = ("secure", "httponly")
_TEXTS = ("domain", "path")
_SAME_SITE = ("lax", "strict", "none")


class Unsendable(Exception):
    """The reply is one that Azure would refuse, or drop a part of: names what, and what it takes."""


def carried(set_cookie: str) -> tuple[str, list[str]]:
    """Return a Set-Cookie as the worker can read it, and what a browser will see otherwise than it was set.

    Raises Unsendable if the worker would drop the cookie.
    """
    first, *attributes = (part.strip() for part in set_cookie.split(";"))
    name, _, value = first.partition("=")
    kept, changes = [first], []
    for attribute in filter(None, attributes):
        written, change = _attribute(attribute)
        kept += [written] if written else []
        changes += [f"{name}: {change}"] if change else []
    parsed = _parse("; ".join(kept))
    if [name] != list(parsed):
        raise Unsendable(
            f"Azure drops the cookie {name!r}: its value takes letters, digits and signs such as -._~=/+, and no blank"
        )
    if quote(parsed[name].value, safe="") != value:
        changes.append(f"{name}: its value is percent-encoded")
    return "; ".join(kept), changes


def _attribute(attribute: str) -> tuple[str, str]:
    """Return an attribute as Azure reads it, "" for none, and what is lost of it."""
    name, _, value = (part.strip() for part in attribute.partition("="))
    key = name.lower()
    if key in _FLAGS:
        return key, ""
    if (key in _TEXTS and value) or (key == "samesite" and value.lower() in _SAME_SITE):
        return f"{key}={value}", ""
    if key == "max-age" and value.lstrip("-").isdecimal():
        return f"max-age={max(0, int(value))}", ""  # the host takes none below 0, which means the same
    if key == "expires":
        return _expires(value)
    return "", f"{name} is lost"


def _expires(value: str) -> tuple[str, str]:
    """Return the date in the one form that the worker reads; in another its whole answer fails."""
    try:
        return f"expires={format_datetime(parsedate_to_datetime(value), usegmt=True)}", ""
    except (ValueError, TypeError):
        return "", "Expires is lost, for it is no date"


def _parse(set_cookie: str) -> SimpleCookie:
    try:
        return SimpleCookie(set_cookie)
    except CookieError:
        return SimpleCookie()
