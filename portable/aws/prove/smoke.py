"""The smoke checks: a version is invoked before it gets calls, and the URL is asked after it has got them."""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, NoReturn, Protocol
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from ..apply import CheckFailed
from ..aws import Aws
from ..names import Names
from ..settings import Settings, Smoke
from .smoke_event import AGENT, smoke_event

_PATIENCE_S = 30.0
_LONGEST_PAUSE_S = 5.0
_FETCH_TIMEOUT_S = 10
_MOST_BYTES = 64 * 1024
_SHOWN = 200
_LOG_LINES = 20
# What API Gateway and Function URLs answer themselves while a change is on its way to where it is served:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
_NOT_THERE_YET = {403: ("forbidden", "missing authentication token"), 404: ("not found",)}


class Fetch(Protocol):
    """One HTTP request."""

    def __call__(self, method: str, url: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers and body, whatever the status. Raises OSError or HTTPException if none came."""


class SmokeChecks:
    """What asks a version and a URL for an answer to the smoke request of the settings."""

    def __init__(
        self,
        aws: Aws,
        names: Names,
        settings: Settings,
        fetch: Fetch,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._aws = aws
        self._names = names
        self._settings = settings
        self._fetch = fetch
        self._clock = clock
        self._sleep = sleep

    def version(self, version: str) -> None:
        """Invoke a version. Raises CheckFailed if it fails, or answers with a status that is not well."""
        event = smoke_event(self._settings.smoke, self._settings.front_door, self._names)
        answer = self._aws.call(
            "lambda",
            "invoke",
            FunctionName=self._names.base,
            Qualifier=version,
            LogType="Tail",
            Payload=json.dumps(event).encode(),
        )
        payload = answer["Payload"].read()
        if "FunctionError" in answer:
            raise CheckFailed(f"version {version} failed: {_error(payload)}{_log_tail(answer)}")
        _judge_reply(self._settings.smoke, version, payload)

    def url(self, url: str, api_key_id: str | None) -> None:
        """Ask a URL until it answers well, for up to 30 s. Raises CheckFailed with its last answer."""
        asked = url.rstrip("/") + self._settings.smoke.path
        key = self._api_key(api_key_id)
        deadline, pause_s = self._clock() + _PATIENCE_S, 0.5
        while answered := self._ask(asked, key):
            if self._clock() + pause_s > deadline:
                raise CheckFailed(
                    f"{self._settings.smoke.method} {asked} {answered}, {_expected(self._settings.smoke)}"
                )
            self._sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _ask(self, url: str, key: Mapping[str, str]) -> str | None:
        """Return what the URL answered; None if that is well."""
        smoke = self._settings.smoke
        try:
            status, _, body = self._fetch(smoke.method, url, self._headers(url, key))
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, ssl.SSLCertVerificationError):
                _refuse_certificate(url, reason)
            return f"gave no answer ({reason or type(error).__name__})"
        if _is_well(smoke, status) and (smoke.statuses or not _is_not_there_yet(status, body)):
            return None
        return f"answered {status}{_shown(body)}"

    def _headers(self, url: str, key: Mapping[str, str]) -> dict[str, str]:
        headers = {"User-Agent": AGENT, **key}
        if self._settings.front_door != "url" or self._settings.url_auth != "AWS_IAM":
            return headers
        request = AWSRequest(self._settings.smoke.method, url, headers)
        SigV4Auth(self._aws.credentials(), "lambda", self._names.region).add_auth(request)
        return dict(request.headers.items())

    def _api_key(self, api_key_id: str | None) -> dict[str, str]:
        if api_key_id is None:
            return {}
        found = self._aws.call("apigateway", "get_api_key", apiKey=api_key_id, includeValue=True)
        return {"x-api-key": found["value"]}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        """Follow none: the redirect is the answer."""


def fetch(method: str, url: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
    """Send a request without a body; return status, headers and up to 64 KiB of the body. Follows no redirect.

    Raises OSError or HTTPException if no answer came within 10 s.
    """
    request = urllib.request.Request(url, method=method, headers=dict(headers))  # noqa: S310 - the URL is AWS's
    opener = urllib.request.build_opener(_NoRedirects)
    try:
        response = opener.open(request, timeout=_FETCH_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return response.status, dict(response.headers.items()), response.read(_MOST_BYTES)


def _judge_reply(smoke: Smoke, version: str, payload: bytes) -> None:
    """Raise CheckFailed for a reply whose status is not well, or that is no reply to a front door."""
    asked = f"version {version} answered {smoke.method} {smoke.path}"
    try:
        reply = json.loads(payload)
        status, body = int(reply["statusCode"]), reply.get("body") or ""
        content = base64.b64decode(body) if reply.get("isBase64Encoded") else body.encode(errors="replace")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CheckFailed(f"{asked} without a status{_shown(payload)}") from None
    if not _is_well(smoke, status):
        raise CheckFailed(f"{asked} with {status}{_shown(content)}, {_expected(smoke)}")


def _is_well(smoke: Smoke, status: int) -> bool:
    return status in smoke.statuses if smoke.statuses else status < 500


def _expected(smoke: Smoke) -> str:
    statuses = " or ".join(map(str, smoke.statuses)) or "a status below 500"
    return f"and not with {statuses}"


def _is_not_there_yet(status: int, body: bytes) -> bool:
    try:
        answered = json.loads(body)
        (message,) = (text for name, text in answered.items() if name.lower() == "message")
        return str(message).lower().startswith(_NOT_THERE_YET.get(status, ()))
    except (ValueError, AttributeError):
        return False


def _refuse_certificate(url: str, reason: ssl.SSLCertVerificationError) -> NoReturn:
    raise CheckFailed(
        f"the certificate of {urlsplit(url).hostname} cannot be verified ({reason.verify_message}): "
        "if a proxy stands in between, set SSL_CERT_FILE to the file with its certificate"
    )


def _error(payload: bytes) -> str:
    """Return a function error as Lambda's runtime reports it, or what came in its place."""
    try:
        error = json.loads(payload)
        return f"{error.get('errorType') or 'error'}: {error['errorMessage']}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return _cut(payload) or "no reason was given"


def _log_tail(answer: Mapping[str, Any]) -> str:
    log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
    lines = log.rstrip().splitlines()[-_LOG_LINES:]
    return "".join(f"\n  {line}" for line in lines)


def _shown(body: bytes) -> str:
    text = _cut(body)
    return f": {text}" if text else ""


def _cut(body: bytes) -> str:
    text = " ".join(body.decode(errors="replace").split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
