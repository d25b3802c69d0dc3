"""Turn what a test says of a request into a neutral request. Pure."""

from __future__ import annotations

import json as json_format
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

from ..emulators.messages import Request

Fields: TypeAlias = Mapping[str, Any] | Iterable[tuple[str, Any]]
"""Names and values; a value may be a list, for a name that is repeated."""

# what may stand in a path and a query as it is, and the escapes that a test wrote itself: RFC 3986 3.3
_TARGET_CHARS = "/%:@!$&'()*+,;=-._~?"


def to_request(
    method: str,
    path: str,
    *,
    params: Fields = (),
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    cookies: Mapping[str, str] | None = None,
    json: Any = None,
    data: Fields | bytes | str | None = None,
    content: bytes | str | None = None,
) -> Request:
    """Return the request. Raises TypeError if more than one of json, data and content is given."""
    if sum(one is not None for one in (json, data, content)) > 1:
        raise TypeError("a request has one body: give json, data (a form) or content")
    if isinstance(data, bytes | str):
        data, content = None, data
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    if cookies:
        pairs.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items())))
    content_type, body = _body(json, data, content)
    if content_type and not any(name.lower() == "content-type" for name, _ in pairs):
        pairs.append(("Content-Type", content_type))
    return Request(method.upper(), _target(path, params), tuple(pairs), body)


def to_json(request: Request) -> dict[str, Any]:
    """Return a request as `portable.testing.call` takes it."""
    return {**vars(request), "headers": list(request.headers), "body": b64encode(request.body).decode()}


def _target(path: str, params: Fields) -> str:
    target = quote(path if path.startswith("/") else f"/{path}", safe=_TARGET_CHARS)
    query = urlencode(list(params.items() if isinstance(params, Mapping) else params), doseq=True)
    return f"{target}{'&' if '?' in target else '?'}{query}" if query else target


def _body(json: Any, data: Fields | None, content: bytes | str | None) -> tuple[str, bytes]:
    """Return the media type that a body has unless the test names another, and its bytes."""
    if json is not None:
        return "application/json", json_format.dumps(json).encode()
    if data is not None:
        pairs = list(data.items() if isinstance(data, Mapping) else data)
        return "application/x-www-form-urlencoded", urlencode(pairs, doseq=True).encode()
    if isinstance(content, str):
        return "text/plain; charset=utf-8", content.encode()
    return "", content or b""
