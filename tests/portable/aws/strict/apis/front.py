"""The public internet of this world: each URL leads to its front door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from tests.conformance import Reply, Request

from ..services import Services
from .front_http import HttpFront
from .front_rest import RestFront
from .front_url import UrlFront

Fetched = tuple[int, dict[str, str], bytes]


class Front:
    """What answers HTTP requests."""

    def __init__(self, services: Services) -> None:
        self._apis = (RestFront(services), HttpFront(services))
        self._url = UrlFront(services)

    def fetch(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Fetched:
        """Return status, headers and body. Raises OSError for a host that is not there."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        request = Request(method, target, (("Host", host), *headers.items()), body)
        reply = self._reply(host, request)
        names = dict.fromkeys(name for name, _ in reply.headers)
        return reply.status, {name: ", ".join(v for n, v in reply.headers if n == name) for name in names}, reply.body

    def _reply(self, host: str, request: Request) -> Reply:
        if found := re.fullmatch(r"(\w+)\.execute-api\.([\w-]+)\.amazonaws\.com", host):
            for door in self._apis:
                if reply := door.reply(found[1], found[2], request):
                    return reply
        elif reply := self._url.reply(host, request):
            return reply
        raise OSError(f"no such host: {host}")
