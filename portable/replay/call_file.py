"""A recorded call as a file: JSON, version 1, read strictly. docs/replay.md has every member."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..emulators.messages import Pairs, Reply, Request
from .errors import BadCall
from .members import Members, parse, wrong

VERSION = 1
NATIVE_PLATFORMS = ("aws_lambda", "openwhisk")
# RFC 9110 5.6.2
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CHUNKED = ("Transfer-Encoding", "chunked")
_TEXTS = re.compile(r'\[(?:\n\s+"(?:[^"\\]|\\.)*",?)+\n\s+\]')


@dataclass(frozen=True)
class Expected:
    """The reply that a request must have: the headers that are compared, and the body, None if any will do."""

    status: int
    headers: Pairs = ()
    body: bytes | None = None


@dataclass(frozen=True)
class HttpCall:
    """A request, what is expected of it, and what is known of the call that it was."""

    request: Request
    expected: Expected | None = None
    recorded: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NativeCall:
    """A platform's own event; `expected` has a `result` if one is expected."""

    native: Any
    platform: str
    expected: Mapping[str, Any] = field(default_factory=dict)
    recorded: Mapping[str, Any] = field(default_factory=dict)


def read(path: str | Path) -> HttpCall | NativeCall:
    """Return the call in a file. Raises BadCall, which names the file and the member."""
    try:
        return parse_call(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadCall(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    except BadCall as error:
        raise BadCall(f"{path}: {error}") from None


def parse_call(text: str) -> HttpCall | NativeCall:
    """Return the call that a file's text is of. Raises BadCall, which names the member."""
    value = parse(text)
    is_native = isinstance(value, dict) and "native" in value
    names = ("native", "platform") if is_native else ("request",)
    members = Members(value, "", ("version", *names, "expected", "recorded"))
    members.take("version", _version)
    recorded = members.get("recorded", _recorded) or {}
    if not is_native:
        expected = members.get("expected", _expected)
        return HttpCall(members.take("request", _request), expected, recorded)
    platform = members.take("platform", _native_platform)
    return NativeCall(value["native"], platform, members.get("expected", _expected_result) or {}, recorded)


def written(call: HttpCall) -> str:
    """Return the text of a call's file."""
    request = call.request
    headers = (*request.headers, _CHUNKED) if request.chunked else request.headers
    whole: dict[str, Any] = {
        "version": VERSION,
        "request": {"method": request.method, "target": request.target, **_content(headers, request.body or None)},
    }
    if call.expected is not None:
        expected = call.expected
        whole["expected"] = {"status": expected.status, **_content(expected.headers, expected.body)}
    if call.recorded:
        whole["recorded"] = dict(call.recorded)
    # a header is one line
    return _TEXTS.sub(lambda found: _dumped(json.loads(found[0])), _dumped(whole, indent=2)) + "\n"


def as_expected(reply: Reply) -> dict[str, Any]:
    """Return a reply as `expected` of a file is written."""
    return {"status": reply.status, **_content(tuple(reply.headers), reply.body)}


def _dumped(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False)


def _content(headers: Pairs, body: bytes | None) -> dict[str, Any]:
    content: dict[str, Any] = {"headers": [list(pair) for pair in headers]}
    if body is None:
        return content
    try:
        return {**content, "body": body.decode()}
    except UnicodeDecodeError:
        return {**content, "bodyBase64": base64.b64encode(body).decode()}


def _version(value: Any, where: str) -> int:
    if type(value) is not int or value != VERSION:
        raise wrong(where, value, f"{VERSION}, which is all that this reads")
    return VERSION


def _request(value: Any, where: str) -> Request:
    members = Members(value, where, ("method", "target", "headers", "body", "bodyBase64"))
    headers = members.get("headers", _headers) or ()
    kept = tuple(pair for pair in headers if pair[0].lower() != "transfer-encoding")
    return Request(
        members.take("method", _method),
        members.take("target", _target),
        kept,
        _body(members, where) or b"",
        chunked=len(kept) < len(headers),
    )


def _expected(value: Any, where: str) -> Expected:
    members = Members(value, where, ("status", "headers", "body", "bodyBase64"))
    headers = members.get("headers", _headers) or ()
    return Expected(members.take("status", _status), headers, _body(members, where))


def _expected_result(value: Any, where: str) -> Mapping[str, Any]:
    members = Members(value, where, ("result",))
    return {"result": members.take("result", lambda result, _: result)}


def _recorded(value: Any, where: str) -> Mapping[str, Any]:
    members = Members(value, where, tuple(_RECORDED))
    return {name: members.take(name, read_one) for name, read_one in _RECORDED.items() if name in members}


def _body(members: Members, where: str) -> bytes | None:
    if "body" in members and "bodyBase64" in members:
        raise BadCall(f"{where} has both body and bodyBase64: it takes one")
    if "body" in members:
        return members.take("body", _text).encode(errors="replace")
    return members.get("bodyBase64", _base64)


def _headers(value: Any, where: str) -> Pairs:
    if not isinstance(value, list):
        raise wrong(where, value, "a list of [name, value]")
    return tuple(_header(pair, f"{where}[{index}]") for index, pair in enumerate(value))


def _header(value: Any, where: str) -> tuple[str, str]:
    match value:
        case [str(name), str(text)] if _TOKEN.fullmatch(name) and _is_header_value(text):
            return name, text
    raise wrong(where, value, "[name, value], the value a text of one line in latin-1")


def _is_header_value(text: str) -> bool:
    return not set(text) & set("\r\n\0") and max(text, default="") <= "\xff"


def _method(value: Any, where: str) -> str:
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise wrong(where, value, "a method such as GET")
    return value


def _target(value: Any, where: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"/[!-~]*", value):
        raise wrong(where, value, "the path and query as they are sent, such as /a%20b?c=1")
    return value


def _status(value: Any, where: str) -> int:
    if type(value) is not int or not 200 <= value <= 599:
        raise wrong(where, value, "a number from 200 to 599")
    return value


def _native_platform(value: Any, where: str) -> str:
    if value not in NATIVE_PLATFORMS:
        raise wrong(where, value, f"{' or '.join(NATIVE_PLATFORMS)}, whose events are JSON; others come as a request")
    return str(value)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise wrong(where, value, "a text")
    return value


def _texts(value: Any, where: str) -> list[str]:
    if not isinstance(value, list):
        raise wrong(where, value, "a list of texts")
    return [_text(one, f"{where}[{index}]") for index, one in enumerate(value)]


def _number(value: Any, where: str) -> float:
    if type(value) not in (int, float):
        raise wrong(where, value, "a number")
    return float(value)


def _base64(value: Any, where: str) -> bytes:
    try:
        return base64.b64decode(_text(value, where), validate=True)
    except ValueError:
        raise wrong(where, value, "base64") from None


_RECORDED: Mapping[str, Callable[[Any, str], Any]] = {
    "callId": _text,
    "time": _text,
    "platform": _text,
    "upstream": _text,
    "durationMs": _number,
    "leftOut": _texts,
}
