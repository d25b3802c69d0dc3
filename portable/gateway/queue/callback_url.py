"""Callback URLs: what is refused of them before a call is accepted, and which of them are this gateway's own."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlsplit

from ...stack.errors import Refused
from ..config import IN_CLUSTER_HOSTS, OWN_HOSTS
from ..http.addresses import Allowed, how_to_allow, looks_numeric
from ..http.post import PORTS, CallbackUrl

MAX_LENGTH = 2048
IN_CLUSTER_PORT = 8080
_OWN_PATH = re.compile(r"/(async-)?function/[-a-zA-Z_0-9.]{1,254}([/?].*)?")


class OwnUrls:
    """Tells which URLs are of this gateway: they are called without the network."""

    def __init__(self, hosts: Iterable[str] = (), public_url: str = "") -> None:
        """`hosts` are further names of the gateway's own, besides those that functions have for it."""
        self._hosts = {*OWN_HOSTS, *(host.lower() for host in hosts), "127.0.0.1", "::1"}
        self._addresses = {(name, IN_CLUSTER_PORT) for name in IN_CLUSTER_HOSTS}
        if public_url:
            with suppress(Refused):  # it is for people, and may be anything
                public = parse(public_url)
                self._addresses.add((public.host, public.port))

    def listen(self, port: int) -> None:
        """Learn the port that the gateway listens on."""
        self._addresses |= {(host, port) for host in self._hosts}

    def has(self, url: CallbackUrl) -> bool:
        """Whether a URL is of this gateway."""
        return (url.host, url.port) in self._addresses


def check(written: str, allowed: Allowed, own: OwnUrls) -> None:
    """Raise Refused for a URL that can be seen not to do; its name is looked up when it is posted to."""
    url = parse(written)
    if own.has(url):
        if not _OWN_PATH.fullmatch(url.target):
            raise Refused(
                f"X-Callback-Url {written[:200]!r} is of this gateway: of its paths only /function/NAME and "
                "/async-function/NAME can be called back"
            )
        return
    if allowed.has_name(url.host):
        return
    try:
        address = ipaddress.ip_address("127.0.0.1" if _is_loopback_name(url.host) else url.host)
    except ValueError:
        if looks_numeric(url.host):
            raise Refused(
                f"X-Callback-Url {written[:200]!r}: its host is no address as it is usually written"
            ) from None
        return
    if why := allowed.refusal(address):
        raise Refused(f"X-Callback-Url {written[:200]!r}: {why}; {how_to_allow(url.host)}")


def parse(written: str) -> CallbackUrl:
    """Return the parts of a URL. Raises Refused for what is none, is not http or https, or has a user in it."""
    why = ""
    if len(written) > MAX_LENGTH:
        why = f"is longer than {MAX_LENGTH} characters"
    elif not re.fullmatch(r"[!-~]+", written) or "\\" in written:
        why = "has characters that no URL has; write them with %"
    if why:
        raise Refused(f"X-Callback-Url {written[:80]!r} {why}")
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError as error:
        raise Refused(f"X-Callback-Url {written[:80]!r} is no URL: {error}") from None
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise Refused(f"X-Callback-Url {written[:80]!r} is not like http://host/path or https://host/path")
    if "@" in parts.netloc:
        raise Refused("X-Callback-Url: a user or a password in it is not supported; put a token into the path or query")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return CallbackUrl(parts.scheme == "https", parts.hostname, port or PORTS[parts.scheme], target)


def _is_loopback_name(host: str) -> bool:
    name = host.rstrip(".")
    return name == "localhost" or name.endswith(".localhost")
