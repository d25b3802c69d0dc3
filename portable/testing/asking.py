"""What curl's arguments ask for, as `call.py` takes it: a request, or an event that is no HTTP. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from ..deploying.errors import BadSettings
from ..emulators.deliveries import PAYLOAD, kind_of
from ..emulators.messages import Pairs
from .requests import to_json, to_request

_NO_JSON = object()
# https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2, and 5.5 for a header's value; a lone surrogate is no character
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_IN_NO_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


def asked(
    method: str | None, path: str, headers: Sequence[str], body: bytes | None, *, is_event: bool
) -> dict[str, Any]:
    """Return the event that a body is, if nothing but a body is given, and it has the shape of one or `is_event`.

    Else return the request. Raises BadSettings.
    """
    event = _NO_JSON if body is None or method or path or headers else _json(body)
    if is_event and event is _NO_JSON:
        raise BadSettings("--event takes an event, which is JSON, by -d, and neither a method nor a path nor a header")
    if is_event or kind_of(event) != PAYLOAD:
        return {"event": event}
    return {"request": _request(method, path, _pairs(headers), body)}


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return _NO_JSON


def _pairs(headers: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [(name.strip(), colon, value.strip()) for name, colon, value in (one.partition(":") for one in headers)]
    for given, (name, colon, value) in zip(headers, pairs, strict=True):
        if not colon or not _TOKEN.fullmatch(name) or _IN_NO_VALUE.search(value):
            raise BadSettings(f"-H {given!r}: a header is NAME: VALUE, in one line")
    return [(name, value) for name, _, value in pairs]


def _request(method: str | None, path: str, headers: Pairs, body: bytes | None) -> dict[str, Any]:
    if method and not _TOKEN.fullmatch(method):
        raise BadSettings(f"-X {method!r}: a method is one word, such as GET")
    if body and not any(name.lower() == "content-type" for name, _ in headers):
        form = "application/x-www-form-urlencoded"
        headers = [*headers, ("Content-Type", form if _json(body) is _NO_JSON else "application/json")]
    return to_json(
        to_request(method or ("GET" if body is None else "POST"), path, headers=headers, content=body or b"")
    )
