"""One HTTP exchange with the API: the only place that has the key, and it takes it to no other host."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from base64 import b64encode
from email.message import Message
from http.client import HTTPException
from typing import Any

from . import answers
from .settings import Settings


class Transport:
    """Sends requests to the API, with the key; it follows no redirect and tries nothing twice."""

    def __init__(self, settings: Settings) -> None:
        self._api_url = settings.api_url
        self._authorization = f"Basic {b64encode(settings.auth.encode()).decode()}"
        is_http = settings.api_url.startswith("http:")
        # over plain http a proxy would read the key; an OpenWhisk that is called so is a local one
        proxies = urllib.request.ProxyHandler({} if is_http else None)
        context = _no_trust() if is_http else _any_trust() if settings.insecure else ssl.create_default_context()
        self._opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), proxies, _NoRedirect())

    def exchange(self, method: str, path: str, body: Any, timeout_s: float) -> tuple[int, Message, bytes]:
        """Return status, headers and body. Raises NoAnswer, or DeployError if the API cannot be reached at all."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - api_host.py has checked the scheme
            self._api_url + path, content, {"Accept": "application/json"}, method=method
        )
        if content is not None:
            request.add_header("Content-Type", "application/json")
        request.add_unredirected_header("Authorization", self._authorization)
        try:
            with self._open(request, timeout_s) as reply:
                return reply.status, reply.headers, reply.read()
        except urllib.error.URLError as error:
            raise answers.unreachable(self._api_url, error.reason) from None
        except (OSError, HTTPException) as error:
            why = "it took too long" if isinstance(error, TimeoutError) else type(error).__name__
            raise answers.NoAnswer(f"{method} {path.partition('?')[0]}: no answer ({why})") from None

    def _open(self, request: urllib.request.Request, timeout_s: float) -> Any:
        """Return the answer, a bad one too."""
        try:
            return self._opener.open(request, timeout=timeout_s)
        except urllib.error.HTTPError as error:
            return error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect alone: it would take the key to another host."""

    def redirect_request(self, *arguments: Any) -> None:
        """Return no request."""


def _any_trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _no_trust() -> ssl.SSLContext:
    """Return a context that takes no certificate: loading those of the system takes 50 ms."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
