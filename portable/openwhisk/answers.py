"""What the API's answers mean: parsed, or as an error that says what to do."""

from __future__ import annotations

import json
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

from ..deploying.errors import DeployError


class ApiError(DeployError):
    """The API answered with `status`, and did not do what it was asked for."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class NoAnswer(DeployError):
    """The request was sent, or was on its way, and nothing came back: whether it was done is not known."""


def parse(status: int, content_type: str, content: bytes, api_url: str) -> Any:
    """Return the JSON of an answer. Raises DeployError if a good one is none; a bad one may be anything."""
    try:
        return json.loads(content)
    except ValueError:
        if status not in (200, 202):
            return None
    raise DeployError(f"{api_url} answered with {content_type}, not with JSON: is it the API host of an OpenWhisk?")


def is_activation(payload: Any) -> bool:
    """Tell whether an answer is an activation's record, whatever its status."""
    return isinstance(payload, dict) and "activationId" in payload and "response" in payload


def explained(method: str, path: str, status: int, payload: Any, location: str, auth_source: str) -> ApiError:
    """Return the error that an answer stands for."""
    said = _said(payload)
    what = f"{method} {path.partition('?')[0]}"
    match status:
        case 401:
            text = (
                f"OpenWhisk does not know the key (from {auth_source}){said}: it may be for another host; "
                "`wsk property get --auth` shows the one that wsk uses"
            )
        case 403:
            text = f"the key (from {auth_source}) may not do this: {what}{said}; check the namespace and the key"
        case 404:
            text = f"{what}: not there{said}"
        case 409:
            text = f"{what}: somebody else made or changed it meanwhile{said}; look at it with status and try again"
        case 413:
            text = f"{what}: too large for this OpenWhisk{said}; require less, or ship the function as a Docker action"
        case 429:
            text = f"{what}: throttled, also after waiting{said}; try again in a minute"
        case _ if 300 <= status < 400:
            host = "{0.scheme}://{0.netloc}".format(urlsplit(location)) if location else "elsewhere"
            text = f"{what}: redirected to {host}, where the key is not taken: if it is right, set it as API host"
        case _ if status >= 500:
            text = f"{what}: OpenWhisk failed with {status}{said}; the same command again goes on from there"
        case _:
            text = f"{what}: OpenWhisk refused it with {status}{said}"
    return ApiError(text, status)


def unreachable(api_url: str, reason: Any) -> DeployError:
    """Return the error for a request that could not be sent, or only in part."""
    host = urlsplit(api_url).netloc
    match reason:
        case ssl.SSLCertVerificationError():
            text = f"the certificate of {host} cannot be verified ({reason.verify_message}); -i takes it as it is"
        case ssl.SSLError():
            text = f"{host} does not speak TLS as it must: if it is a local OpenWhisk, write http://{host}"
        case socket.gaierror():
            text = f"there is no host {urlsplit(api_url).hostname!r}: check the API host"
        case BrokenPipeError() | ConnectionResetError():
            return NoAnswer(f"{host} broke off the connection while it was sent to")
        case TimeoutError():
            text = f"{host} does not answer: check the API host"
        case _:
            text = f"{host} cannot be reached ({getattr(reason, 'strerror', None) or reason}): check the API host"
    return DeployError(text)


def _said(payload: Any) -> str:
    """Return OpenWhisk's own words, ` (error; code ...)`, or nothing if there are none."""
    if not isinstance(payload, dict) or not isinstance(payload.get("error"), str):
        return ""
    # neither cut nor rewritten: a secret that it shows would not be known again
    words = payload["error"].strip().replace(":\n", ": ")
    code = payload.get("code")
    return f" ({words}{f'; code {code}' if isinstance(code, str) and code else ''})"
