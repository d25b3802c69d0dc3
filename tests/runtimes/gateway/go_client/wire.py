"""HTTP as faas-cli speaks it: its headers, its credentials, and no redirect followed."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml

from .go_json import GoError

UNAUTHORIZED = 'unauthorized access, run "faas-cli login" to setup authentication for this server'
TIMEOUT_S = 60.0


class Gateway:
    """The gateway at a URL, and the credentials that `login` kept for it."""

    def __init__(self, url: str, config_dir: Path) -> None:
        self.url = url.rstrip("/").lower()
        self._config = config_dir / "config.yml"
        self._address = urlsplit(self.url)

    def login(self, user: str, password: str) -> None:
        """Keep credentials, as faas-cli keeps them."""
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._config.parent.mkdir(parents=True, exist_ok=True)
        self._config.write_text(yaml.safe_dump({"auths": [{"gateway": self.url, "auth": "basic", "token": token}]}))

    def token(self) -> str:
        """Return what `login` kept for this very URL; "" if there is nothing."""
        if not self._config.exists():
            return ""
        auths = yaml.safe_load(self._config.read_text())["auths"]
        return next((one["token"] for one in auths if one["gateway"] == self.url), "")

    def system(self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None) -> HTTPResponse:
        """Send a request to /system/*: not logged in, it has an empty bearer token."""
        token = self.token()
        headers = {"Authorization": f"Basic {token}" if token else "Bearer "}
        if body is not None:
            headers["Content-Type"] = "application/json"
        encoded = None if body is None else json.dumps(body).encode()
        return self.send(method, path + (f"?{urlencode(query)}" if query else ""), headers, encoded)

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> HTTPResponse:
        """Send a request and return the answer, its body unread. Raises GoError if the gateway cannot be reached."""
        assert self._address.hostname
        connection = HTTPConnection(self._address.hostname, self._address.port, timeout=TIMEOUT_S)
        try:
            # what Go's transport adds by itself
            own = {"User-Agent": "Go-http-client/1.1", "Accept-Encoding": "gzip"}
            connection.request(method, target, body, {**own, **headers})
            return connection.getresponse()
        except (OSError, HTTPException) as error:
            raise GoError(f"cannot connect to OpenFaaS on URL: {self.url}. {error}") from error


def expect(response: HTTPResponse, *statuses: int, missing: str = "") -> bytes:
    """Return the body of an answer with one of these statuses. Raises GoError, as faas-cli words it, for any other."""
    body = response.read()
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    if response.status in statuses:
        return body
    if response.status == 401:
        raise GoError(UNAUTHORIZED)
    if response.status == 404 and missing:
        raise GoError(missing)
    raise GoError(f"server returned unexpected status code: {response.status} - {body.decode()}")
