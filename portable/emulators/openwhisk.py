"""OpenWhisk's controller for a raw-http web action with web-custom-options, called with the `.http` extension.

`to_native` and `from_native` do to a request and to a result what the controller does, and refuse what it refuses, by
https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/controller/WebActions.scala
and by Pekko HTTP, which it stands on. A Date, a Server and the activation id, which it adds, are left out.
"""

from __future__ import annotations

import json
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_plus, unquote_to_bytes
from uuid import uuid4

from platforms.openwhisk.limits import DEFAULT_TIMEOUT_MS, MAX_REQUEST_BYTES, MAX_URI_BYTES, RESULT_LIMIT_BYTES
from platforms.openwhisk.media_types import MediaType, is_json, is_json_family, is_text, parse
from platforms.openwhisk.shim import STATUSES, make_main

from .errors import Malformed, Refused
from .messages import Answer, Pairs, Reply, Request, Send

if TYPE_CHECKING:
    from platforms.loading import Handler

METHODS = ("GET", "DELETE", "POST", "PUT", "HEAD", "OPTIONS", "PATCH")
UTF_8_ONLY = {
    *("application/json", "application/json-patch+json", "application/merge-patch+json", "application/problem+json"),
    *("application/vnd.api+json", "application/x-www-form-urlencoded", "text/event-stream"),
}
# HttpResponseRendererFactory: a RawHeader of these names is suppressed
SUPPRESSED = ("content-type", "content-length", "transfer-encoding", "date", "server", "connection")
# CharacterClasses.scala: pchar, and strict-query-char-np
PATH_CHARS = "-._~!$&'()*+,;=:@"
QUERY_CHARS = "-._~!$'()*,:@/?"


def to_native(request: Request) -> dict[str, Any]:
    """Return the arguments that the action is called with for a request. Raises Refused if it is not called.

    The request's target is the path and query as they follow the action's own URL.
    """
    target, body = request.target, request.body
    if request.method not in METHODS:
        raise Refused(405, f"{request.method} is none of {METHODS}")
    if len(target) > MAX_URI_BYTES:
        raise Refused(414, f"the URI is over {MAX_URI_BYTES // 1024} KB")
    if re.search(r"[^!-~]|%(?![0-9A-Fa-f]{2})", target):
        raise Refused(400, "the URI has a malformed escape, or a character that none may have")
    path, _, query = target.partition("?")
    sent = {name.lower(): value for name, value in request.headers}
    media_type = parse(sent.pop("content-type", ""))
    for name in ("content-length", "transfer-encoding"):
        sent.pop(name, None)
    if media_type:
        sent["content-type"] = _render(media_type)
    args = {
        "__ow_method": request.method.lower(),
        "__ow_headers": sent,
        "__ow_path": "/".join(_render_segment(segment) for segment in path.split("/")),
        "__ow_query": "&".join(map(_render_parameter, query.split("&"))),
        "__ow_body": body.decode(errors="replace")
        if is_text(media_type) and not is_json(media_type)
        else b64encode(body).decode(),
    }
    if len(body) > MAX_REQUEST_BYTES or len(json.dumps(args, ensure_ascii=False).encode()) > MAX_REQUEST_BYTES:
        raise Refused(413, f"the request is over {MAX_REQUEST_BYTES // 2**20} MB")
    return args


def from_native(result: Any) -> Reply:
    """Return what the caller gets for what the action returned."""
    if len(json.dumps(result, ensure_ascii=False).encode()) >= RESULT_LIMIT_BYTES:
        return _refuse("There was an error processing your request.")
    if isinstance(result, dict) and "error" in result:
        result = result["error"]
    try:
        headers = [pair for name, value in (result.get("headers") or {}).items() for pair in _header_pairs(name, value)]
        status = _status(result["statusCode"]) if "statusCode" in result else None
    except (AttributeError, ValueError):
        return _refuse("Response is not valid 'message/http'.")
    body = result.get("body")
    if body is None or body == "":
        return _reply(204 if status is None else status, headers, None, b"")
    content_type = next((value for name, value in headers if name.lower() == "content-type"), None)
    return _reply_with(200 if status is None else status, headers, content_type, body)


def activation_facts() -> dict[str, str]:
    """Return what the invoker tells beside the arguments of an activation that begins now."""
    deadline_ms = int(time.time() + DEFAULT_TIMEOUT_MS / 1000) * 1000
    return {"activation_id": uuid4().hex, "action_name": "/guest/function", "deadline": str(deadline_ms)}


def send_to(run: Callable[[Any], Any]) -> Send:
    """Return what sends a request to an action; `run` runs one activation with the action's arguments."""
    return lambda request: Answer(from_native(run(to_native(request))))


def sender(handler: Handler, environ: Mapping[str, str]) -> Send:
    """Return what sends a request to the shim."""
    return send_to(runner(handler, environ))


def runner(handler: Handler, environ: Mapping[str, str]) -> Callable[[Any], Any]:
    """Return what runs one activation with an action's arguments, and gives its result."""

    def run(args: Any) -> Any:
        facts = {f"__OW_{name.upper()}": fact for name, fact in activation_facts().items()}
        name = environ.get("__OW_ACTION_NAME") or facts["__OW_ACTION_NAME"]
        return make_main(handler, {**environ, **facts, "__OW_ACTION_NAME": name})(args)

    return run


def _reply_with(status: int, headers: Pairs, content_type: str | None, body: Any) -> Reply:
    is_string = isinstance(body, str)
    media_type = parse(content_type or ("text/html" if is_string else "application/json"))
    if media_type is None:
        return _refuse("Response header specified an unknown content type.")
    if not is_string and not is_json_family(media_type):
        return _refuse("Response type in header did not match generated content type.")
    if not is_string:
        return _reply(status, headers, media_type.value, json.dumps(body, indent=2, ensure_ascii=False).encode())
    rendered = _render(media_type._replace(charset="UTF-8") if is_text(media_type) else media_type)
    if is_text(media_type) and not (is_json_family(media_type) and _looks_like_base64(body)):
        return _reply(status, headers, rendered, body.encode())
    try:
        return _reply(status, headers, rendered, b64decode(body, validate=True))
    except ValueError:
        return _refuse("Response type in header did not match generated content type.")


def _reply(status: int, headers: Pairs, content_type: str | None, body: bytes) -> Reply:
    has_entity = status not in (204, 205, 304)
    if body and not has_entity:
        return _refuse("There was an internal server error.", 500)
    kept = [(name, value) for name, value in headers if name.lower() not in SUPPRESSED]
    if any(re.search(r"[\r\n\0]", f"{name}{value}") for name, value in kept):
        raise Malformed(f"the shim let a header through that splits the reply: {kept}")
    if content_type:
        kept.append(("Content-Type", content_type))
    if has_entity:
        kept.append(("Content-Length", str(len(body))))
    return Reply(status, [(name.lower(), value) for name, value in kept], body)


def _refuse(why: str, status: int = 400) -> Reply:
    return Reply(status, [("content-type", "application/json")], json.dumps({"error": why, "code": "fake"}).encode())


def _status(code: Any) -> int:
    if isinstance(code, bool) or not isinstance(code, int | float | str) or int(code) != float(code):
        raise ValueError(f"illegal status code {code!r}")
    if int(code) not in STATUSES:
        raise ValueError(f"no registered status code {code!r}")
    return int(code)


def _header_pairs(name: str, value: Any) -> Pairs:
    if isinstance(value, list):
        return [pair for one in value for pair in _header_pairs(name, one)]
    if isinstance(value, bool):
        return [(name, str(value).lower())]
    if isinstance(value, str | int | float):
        return [(name, str(value))]
    raise ValueError(f"invalid header {name}: {value!r}")


def _looks_like_base64(text: str) -> bool:
    # Exec.isBinaryCode
    return bool(
        re.fullmatch("([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)", text.strip())
    )


def _render(media_type: MediaType) -> str:
    """Write a content type as Pekko does: a charset only where the type leaves it open, the known ones in capitals."""
    charset = media_type.charset
    if charset is None or not is_text(media_type) or media_type.essence in UTF_8_ONLY:
        return media_type.value
    is_known = charset.lower() in ("utf-8", "us-ascii", "iso-8859-1", "utf-16")
    return f"{media_type.value}; charset={charset.upper() if is_known else charset}"


def _render_segment(segment: str) -> str:
    return quote(unquote_to_bytes(segment).decode(errors="replace"), safe=PATH_CHARS)


def _render_parameter(parameter: str) -> str:
    texts = [unquote_plus(part, errors="replace") for part in parameter.split("=", 1)]
    return "=".join(quote(text, safe=QUERY_CHARS + " ").replace(" ", "+") for text in texts)
