"""What becomes of a Set-Cookie on Azure: the worker parses it, the host writes it anew from the parts that both know.

The worker: https://github.com/Azure/azure-functions-python-library/blob/dev/azure/functions/http.py
The host: https://github.com/dotnet/aspnetcore/blob/main/src/Http/Headers/src/SetCookieHeaderValue.cs
"""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from http.cookies import CookieError, Morsel, SimpleCookie
from urllib.parse import quote

_FLAGS = ("secure", "httponly")
_TEXTS = ("domain", "path")
_SAME_SITE = ("lax", "strict", "none")
_LONGEST = "9" * 11  # seconds: 3000 years


class Unsendable(Exception):
    """The reply is one that Azure would refuse, or drop a part of: names what, and what it takes."""


def carried(set_cookie: str) -> tuple[str, list[str]]:
    """Return a Set-Cookie as the worker can read it, and what a browser will see otherwise than it was set.

    Raises Unsendable if the worker would drop the cookie, or the host fail on its name.
    """
    first, *attributes = (part.strip() for part in set_cookie.split(";"))
    name, _, value = first.partition("=")
    kept, changes = [first], []
    for attribute in filter(None, attributes):
        written, change = _attribute(attribute)
        kept += [written] if written else []
        changes += [f"{name}: {change}"] if change else []
    morsel = _parse("; ".join(kept)).get(name)
    if morsel is None or not _is_whole(morsel, value, kept[1:]) or ":" in name:
        raise Unsendable(
            f"Azure drops the cookie {name!r}, or a part of it: a name takes letters, digits and signs such as -._, "
            "a value and a path also =/+, and none of them a blank"
        )
    if quote(morsel.value, safe="") != value:
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
    if key == "max-age" and re.fullmatch("-?[0-9]+", value):
        # the host takes none below 0, which means the same, and no more than a TimeSpan holds
        # https://learn.microsoft.com/dotnet/api/system.timespan.fromseconds
        return f"max-age={0 if value[0] == '-' else min(value, _LONGEST, key=len)}", ""
    if key == "expires":
        return _expires(value)
    return "", f"{name} is lost"


def _expires(value: str) -> tuple[str, str]:
    """Return the date in the one form that the worker reads; in another its whole answer fails."""
    try:
        # whatever zone it names, or none: https://www.rfc-editor.org/rfc/rfc6265#section-5.1.1
        moment = parsedate_to_datetime(value).replace(tzinfo=UTC)
        return f"expires={format_datetime(moment, usegmt=True)}", ""
    except (ValueError, TypeError, OverflowError):
        return "", "Expires is lost, for it is no date"


def _is_whole(morsel: Morsel[str], value: str, attributes: list[str]) -> bool:
    """Return whether the worker has read all there is: it keeps what comes before what it cannot read."""
    return morsel.coded_value == value.strip() and all(morsel[one.partition("=")[0]] for one in attributes)


def _parse(set_cookie: str) -> SimpleCookie:
    try:
        return SimpleCookie(set_cookie)
    except CookieError:
        return SimpleCookie()
