"""The REST API of OpenWhisk: what every command sends goes through here.

https://github.com/apache/openwhisk/blob/master/docs/rest_api.md
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import quote, urlencode

from ..deploying.errors import DeployError
from . import answers
from .answers import ApiError
from .settings import Settings
from .transport import Transport

TIMEOUT_S = 60.0
# the controller itself ends the wait after 60 s:
# https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/controller/Actions.scala
INVOKE_TIMEOUT_S = 90.0
_ATTEMPTS = 4
_LONGEST_PAUSE_S = 30


@dataclass(frozen=True)
class Reply:
    """What the API answered, and the how many-th attempt that was."""

    status: int
    payload: Any
    attempts: int = 1


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    body: Any = None
    may_repeat: bool = True
    """Whether doing it twice is the same as doing it once."""
    timeout_s: float = TIMEOUT_S


class Api:
    """Speaks to one namespace. Paths are below it: `actions/meditations`.

    What may be done twice is tried again, a few times, when OpenWhisk fails or gives no answer; what was throttled was
    not done, and is always. After that, and for everything else, it raises DeployError; no message has the key.
    """

    def __init__(self, settings: Settings, sleep: Callable[[float], None], trace: Callable[[str], None]) -> None:
        self._settings = settings
        self._sleep = sleep
        self._trace = trace
        self._transport = Transport(settings)

    def namespaces(self) -> list[str]:
        """Return the namespaces that the key is for."""
        payload = self._send(_Request("GET", "/namespaces")).payload
        if not isinstance(payload, list) or not payload or not all(isinstance(name, str) for name in payload):
            raise DeployError(f"the key (from {self._settings.auth_source}) is for no namespace")
        return payload

    def get(self, path: str, **query: Any) -> Any:
        """Return what is there. Raises ApiError with status 404 if nothing is."""
        return self._send(_Request("GET", self._below(path, query))).payload

    def find(self, path: str, **query: Any) -> Any:
        """Return what is there, or None."""
        try:
            return self.get(path, **query)
        except ApiError as error:
            if error.status != 404:
                raise
            return None

    def put(self, path: str, body: Mapping[str, Any], *, overwrite: bool) -> Reply:
        """Create, or with `overwrite` create or update. Raises ApiError with 409 for what is there, or is changing."""
        target = self._below(path, {"overwrite": overwrite})
        return self._send(_Request("PUT", target, body, may_repeat=overwrite))

    def delete(self, path: str) -> bool:
        """Delete; return whether there was anything. Raises ApiError with 409 for a package that is not empty."""
        try:
            self._send(_Request("DELETE", self._below(path, {})))
        except ApiError as error:
            if error.status != 404:
                raise
            return False
        return True

    def invoke(self, path: str, payload: Mapping[str, Any], *, blocking: bool) -> Reply:
        """Invoke an action; return its activation, with 202 only its id.

        An activation that failed is an answer too: 502 if the action did it, 500 if OpenWhisk did.
        """
        target = self._below(path, {"blocking": blocking, "result": False})
        return self._send(_Request("POST", target, payload, may_repeat=False, timeout_s=INVOKE_TIMEOUT_S))

    def _below(self, path: str, query: Mapping[str, Any]) -> str:
        texts = {name: json.dumps(value) if isinstance(value, bool) else str(value) for name, value in query.items()}
        namespace = quote(self._settings.namespace, safe="@")
        return f"/namespaces/{namespace}/{path}" + (f"?{urlencode(texts)}" if texts else "")

    def _send(self, request: _Request) -> Reply:
        attempt = 0
        while True:
            attempt += 1
            may_wait = attempt < _ATTEMPTS
            try:
                status, headers, content = self._transport.exchange(
                    request.method, request.path, request.body, request.timeout_s
                )
            except answers.NoAnswer as error:
                if not may_wait or not request.may_repeat:
                    raise
                self._wait(attempt, str(error), "")
                continue
            self._trace(f"{request.method} {request.path}: {status}")
            if may_wait and (status == 429 or (status >= 500 and request.may_repeat)):
                self._wait(attempt, f"OpenWhisk answered {status}", headers.get("Retry-After", ""))
                continue
            return self._reply(request, attempt, status, headers, content)

    def _reply(self, request: _Request, attempt: int, status: int, headers: Message, content: bytes) -> Reply:
        payload = answers.parse(status, headers.get_content_type(), content, self._settings.api_url)
        if status in (200, 202) or answers.is_activation(payload):
            return Reply(status, payload, attempt)
        location = headers.get("Location", "")
        source = self._settings.auth_source
        raise answers.explained(request.method, request.path, status, payload, location, source)

    def _wait(self, attempt: int, why: str, retry_after: str) -> None:
        asked_s = int(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 6 else 0
        pause_s = min(asked_s or 2 ** (attempt - 1), _LONGEST_PAUSE_S)
        self._trace(f"{why}; again in {pause_s} s")
        self._sleep(pause_s)
