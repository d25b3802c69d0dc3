"""An API host as people write it, and the URL that it stands for."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from ..deploying.errors import BadSettings, Refused

_TAKES = "it takes a host such as openwhisk.example.com, http://localhost:3233 or 192.168.1.4:443"


def url_of(host: str, source: str, *, allow_http: bool) -> str:
    """Return `https://HOST`, or `http://HOST` if it says so.

    Raises BadSettings for what is no host; Refused for plain http to a host that is not local, unless allowed.
    """
    if "@" in host:
        # a key may stand before it: the value is not shown
        raise BadSettings(f"the API host (from {source}) has an @ in it; {_TAKES}, and --auth takes the key")
    parts = _split(host if "://" in host else f"https://{host}", host, source)
    if parts.scheme == "http" and not allow_http and not _is_local(parts.hostname or ""):
        raise Refused(
            f"the API host (from {source}) is {host!r}: the key would go there in the clear; use https, "
            "or say --allow-http"
        )
    return f"{parts.scheme}://{parts.netloc}"


def _split(url: str, host: str, source: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        is_host = _is_host(parts.hostname or "") and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, is_host = urlsplit(""), False
    is_more = bool(parts.path.strip("/") or parts.query or parts.fragment)
    if not is_host or is_more or parts.scheme not in ("http", "https"):
        raise BadSettings(f"the API host (from {source}) is {host!r}; {_TAKES}")
    return parts


def _is_host(name: str) -> bool:
    if ":" in name:
        return bool(ipaddress.ip_address(name))
    return all(re.fullmatch(r"[\w-]{1,63}", label, re.ASCII) for label in name.split("."))


def _is_local(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_private or address.is_loopback or address.is_link_local
