"""Turn what a test says of a request into a neutral request. Pure."""

from __future__ import annotations

import json as json_format
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, TypedDict, Unpack
from urllib.parse import quote, urlencode

from ..emulators.messages import Request

Fields: TypeAlias = Mapping[str, Any] | Iterable[tuple[str, Any]]
"""Names and values; a value may be a list, for a name that is repeated."""

# what may stand in a path and a query as it is, and the escapes that a test wrote itself: RFC 3986 3.3
_TARGET_CHARS = "/%:@!$&'()*+,;=-._~?"


class Sent(TypedDict, total=False):
    """What a request has beside its method and path; as its body one of `json`, `data` (a form) and `content`."""

    params: Fields
    headers: Mapping[str, str] | Iterable[tuple[str, str]]
    cookies: Mapping[str, str]
    json: Any
    data: Fields | bytes | str
    content: bytes | str


def to_request(method: str, path: str, **sent: Unpack[Sent]) -> Request:
    """Return the request. Raises TypeError for what is none of Sent, and for more than one body."""
    if unknown := sent.keys() - Sent.__annotations__.keys():
        raise TypeError(f"a request has no {', '.join(unknown)}: it takes {', '.join(Sent.__annotations__)}")
    content_type, body = _body(sent)
    headers = sent.get("headers") or ()
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    if cookies := sent.get("cookies"):
        pairs.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items())))
    if content_type and not any(name.lower() == "content-type" for name, _ in pairs):
        pairs.append(("Content-Type", content_type))
    return Request(method.upper(), _target(path, sent.get("params") or ()), tuple(pairs), body)


def to_json(request: Request) -> dict[str, Any]:
    """Return a request as `portable.testing.call` takes it."""
    return {**vars(request), "headers": list(request.headers), "body": b64encode(request.body).decode()}


def _target(path: str, params: Fields) -> str:
    target = quote(path if path.startswith("/") else f"/{path}", safe=_TARGET_CHARS, errors="surrogateescape")
    query = urlencode(list(params.items() if isinstance(params, Mapping) else params), doseq=True)
    return f"{target}{'&' if '?' in target else '?'}{query}" if query else target


def _body(sent: Sent) -> tuple[str, bytes]:
    """Return the media type that a body has unless the test names another, and its bytes."""
    given = [name for name in ("json", "data", "content") if sent.get(name) is not None]
    if len(given) > 1:
        raise TypeError(f"a request has one body, and {' and '.join(given)} are given")
    if "json" in given:
        return "application/json", json_format.dumps(sent["json"]).encode()
    data = sent.get("data")
    if data is not None and not isinstance(data, bytes | str):
        pairs = list(data.items() if isinstance(data, Mapping) else data)
        return "application/x-www-form-urlencoded", urlencode(pairs, doseq=True).encode()
    content = data or sent.get("content") or b""
    return ("text/plain; charset=utf-8", content.encode()) if isinstance(content, str) else ("", content)
