"""OpenWhisk's action arguments to the contract and back: plain action, web action and raw-http web action.

Entry point: `main`. Create the action with `--web raw`: only then does the controller pass on what was sent. Without
it the query and the fields of a JSON or form body arrive merged into one mapping, with the action's own parameters
among them; the Event of such a call says what that mapping says, not what the caller sent.
"""

from __future__ import annotations

import codecs
import json
import logging
import os
import zlib
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from ..contract import BadRequest, Context, Event, Response
from ..invoke import buffer, call, error_response, invoke, refuse, too_large
from ..loading import load_handler
from .media_types import MediaType, is_json, is_json_family, is_text, parse

if TYPE_CHECKING:
    from ..loading import Handler

log = logging.getLogger(__name__)
LIMIT_BYTES = 2**20  # https://github.com/apache/openwhisk/blob/master/docs/reference.md#system-limits
# https://github.com/apache/pekko-http/blob/main/http-core/src/main/scala/org/apache/pekko/http/scaladsl/model/StatusCode.scala
STATUSES = {*range(200, 209), 226, *range(300, 306), 307, 308, *range(400, 419), *range(420, 427), 428, 429, 431}
STATUSES |= {449, 450, 451, *range(500, 512), 598, 599}


class Unsendable(Exception):
    """The reply is one that OpenWhisk's controller would refuse or garble: names what, and what it takes."""


def to_event(args: Any, environ: Mapping[str, str]) -> Event:
    """Return the Event of a web action's arguments, or of a plain action's: a POST of them to `/`.

    Raises BadRequest if the body is not the base64 it must be, or the path has a malformed escape.
    """
    if not _is_web(args):
        headers = {"content-type": "application/json"}
        return Event("POST", raw_path="/", header_pairs=list(headers.items()), body=json.dumps(args).encode())
    headers = {name.lower(): str(value) for name, value in (args.get("__ow_headers") or {}).items()}
    raw_query, body = _raw_parts(args, headers) if "__ow_query" in args else _merged_parts(args, headers)
    scheme, host = _origin(environ, headers)
    return Event(
        args["__ow_method"],
        raw_path=args.get("__ow_path") or "/",
        raw_query=raw_query,
        header_pairs=list(headers.items()),
        body=body,
        scheme=scheme,
        host=host,
    )


def to_context(args: Any, event: Event, environ: Mapping[str, str]) -> Context:
    """Return the facts about this activation: OpenWhisk tells them in the environment, anew for each one."""
    return Context(
        request_id=_activation_id(environ),
        function_name=environ.get("__OW_ACTION_NAME") or "function",
        platform="openwhisk",
        event=event,
        deadline=_deadline(environ),
        native=args,
    )


def to_native(response: Response) -> dict[str, Any]:
    """Return a normalised Response as a web action's result. Raises Unsendable if the controller would refuse it."""
    if response.status not in STATUSES:
        raise Unsendable(f"the status {response.status} is none that OpenWhisk knows, and it sends no other")
    headers = {name.lower(): (name, value) for name, value in reversed(response.headers)}
    content_type = headers.get("content-type", ("", "application/octet-stream"))[1]
    encoding = headers.get("content-encoding", ("", ""))[1].strip().lower()
    # a 205 with a body makes a 500 of Pekko's, which is right by RFC 9110 15.3.6
    body = b"" if response.status == 205 else response.body
    encoded, is_decompressed = _encode_body(body, content_type, encoding)
    dropped = {"content-type", "content-length"} | ({"content-encoding"} if is_decompressed else set())
    kept = _group(pair for pair in response.headers if pair[0].lower() not in dropped)
    if encoded:
        kept["Content-Type"] = content_type
    return {"statusCode": response.status, "headers": kept, "body": encoded}


def to_result(response: Response) -> Any:
    """Return a normalised Response as a plain action's result, an object or array; from 400 on it is an error."""
    result = _parse_body(response)
    if response.status >= 400:
        return {"error": {"statusCode": response.status, "body": result}}
    return result if isinstance(result, dict | list) else {"body": result}


def make_main(handler: Handler, environ: Mapping[str, str]) -> Callable[[Any], Any]:
    """Return the function that OpenWhisk calls with an action's arguments.

    `environ` is read at each call: it tells of the activation. RAISE_ERRORS=1 lets errors of web calls reach OpenWhisk.
    """

    def main(args: Any) -> Any:
        if not _is_web(args):
            return _run_plain(handler, args, environ)
        try:
            event = to_event(args, environ)
        except BadRequest as error:
            return to_native(refuse(error, _activation_id(environ), args["__ow_method"].upper()))
        context = to_context(args, event, environ)
        response = invoke(handler, event, context, raise_errors=environ.get("RAISE_ERRORS") == "1")
        return _reply(buffer(response, context, event.method, LIMIT_BYTES, "OpenWhisk"), context, event.method)

    return main


def _run_plain(handler: Handler, args: Any, environ: Mapping[str, str]) -> Any:
    event = to_event(args, environ)
    context = to_context(args, event, environ)
    response = call(handler, event, context)
    if not isinstance(response.body, bytes):
        with closing(response.body) as chunks:
            response = response._replace(body=b"".join(chunks))
    result = to_result(response)
    return result if _fits(result) else to_result(too_large(context, event.method, LIMIT_BYTES, "OpenWhisk"))


def _reply(response: Response, context: Context, method: str) -> dict[str, Any]:
    try:
        native = to_native(response)
    except Unsendable as error:
        context.log.error("request %s: %s", context.request_id, error)
        return to_native(error_response(str(error), 500, context.request_id, method))
    return native if _fits(native) else to_native(too_large(context, method, LIMIT_BYTES, "OpenWhisk"))


def _is_web(args: Any) -> bool:
    """Whether the controller called for an HTTP request; a caller of a web action cannot set a name in __ow_."""
    return isinstance(args, dict) and isinstance(args.get("__ow_method"), str)


def _raw_parts(args: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[str, bytes]:
    media_type = parse(headers.get("content-type", ""))
    return args["__ow_query"], _decode_body(args.get("__ow_body"), is_base64=is_json(media_type) or not is_text(media_type))


def _merged_parts(args: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[str, bytes]:
    """Return the query and the body that a web action's arguments may have come from."""
    media_type = parse(headers.get("content-type", ""))
    merged = {name: value for name, value in args.items() if not name.startswith("__ow_")}
    if "__ow_body" in args:
        return _encode_query(merged), _opaque_body(args["__ow_body"], media_type)
    if not merged or args["__ow_method"].upper() in ("GET", "HEAD", "DELETE", "OPTIONS"):
        return _encode_query(merged), b""
    if is_json_family(media_type):
        return "", json.dumps(merged).encode()
    # any other body comes as __ow_body: without a form there was none, and all of this was the query
    is_form = media_type is not None and media_type.essence == "application/x-www-form-urlencoded"
    return ("", _encode_query(merged).encode()) if is_form else (_encode_query(merged), b"")


def _opaque_body(body: Any, media_type: MediaType | None) -> bytes:
    # JSON that is no object comes parsed; https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/controller/WebActions.scala
    if is_json_family(media_type):
        return json.dumps(body).encode()
    return _decode_body(body, is_base64=not is_text(media_type))


def _encode_query(values: Mapping[str, Any]) -> str:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    return urlencode(texts, errors="replace")


def _decode_body(body: Any, *, is_base64: bool) -> bytes:
    if body is None:
        return b""
    if not isinstance(body, str):
        raise BadRequest(f"__ow_body is a {type(body).__name__}; a string is expected")
    if not is_base64:
        return body.encode(errors="replace")
    try:
        return a2b_base64(body, strict_mode=True)
    except (Error, ValueError) as error:
        raise BadRequest(f"__ow_body is not base64, which it is for this Content-Type: {error}") from error


def _origin(environ: Mapping[str, str], headers: Mapping[str, str]) -> tuple[str, str]:
    """Return scheme and host of the deployment; the caller's word for the host if it does not tell them."""
    api_host = environ.get("__OW_API_HOST")
    if not api_host:
        return "https", headers.get("host", "")
    parts = urlsplit(api_host if "://" in api_host else f"https://{api_host}")
    return parts.scheme, parts.netloc


def _activation_id(environ: Mapping[str, str]) -> str:
    if activation_id := environ.get("__OW_ACTIVATION_ID"):
        return activation_id
    from uuid import uuid4

    return uuid4().hex


def _deadline(environ: Mapping[str, str]) -> float | None:
    try:
        return int(environ.get("__OW_DEADLINE", "")) / 1000
    except ValueError:
        return None


def _encode_body(body: bytes, content_type: str, encoding: str) -> tuple[str, bool]:
    """Return the body as the controller takes it for its type, and whether it was decompressed for that."""
    media_type = parse(content_type)
    if media_type is None and body:
        raise Unsendable(f"the Content-Type {content_type!r} is none that OpenWhisk can parse: type/subtype; name=value")
    if not body or media_type is None:
        return "", False
    # JSON always goes as base64: the controller decodes a text that merely looks like it, such as `true` or `1234`
    if not is_text(media_type) or (is_json_family(media_type) and _is_utf_8(media_type)):
        return b2a_base64(body, newline=False).decode(), False
    is_compressed = encoding in ("gzip", "x-gzip", "deflate")
    text = _decode_text(_decompress(body) if is_compressed else body, media_type)
    # the controller labels every text type as UTF-8, whatever charset the handler named
    return b2a_base64(text.encode(), newline=False).decode() if is_json_family(media_type) else text, is_compressed


def _is_utf_8(media_type: MediaType) -> bool:
    try:
        return codecs.lookup(media_type.charset or "utf-8").name == "utf-8"
    except LookupError:
        return False


def _decompress(body: bytes) -> bytes:
    try:
        return zlib.decompress(body, wbits=47)
    except zlib.error as error:
        raise Unsendable(f"the Content-Encoding says that the body is compressed, and it is not: {error}") from error


def _decode_text(body: bytes, media_type: MediaType) -> str:
    charset = media_type.charset or "utf-8"
    try:
        return body.decode(charset)
    except (ValueError, LookupError) as error:
        raise Unsendable(f"OpenWhisk sends {media_type.value} as text, and the body is none in {charset}: {error}") from error


def _group(headers: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return every header's value under the first spelling of its name, a list where there are several."""
    spellings: dict[str, str] = {}
    grouped: dict[str, list[str]] = {}
    for name, value in headers:
        grouped.setdefault(spellings.setdefault(name.lower(), name), []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in grouped.items()}


def _parse_body(response: Response) -> Any:
    media_type = parse(next((value for name, value in response.headers if name.lower() == "content-type"), ""))
    body = response.body
    if is_json_family(media_type):
        return json.loads(body)
    return None
