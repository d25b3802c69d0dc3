"""OpenWhisk's action arguments to the contract and back: plain action, web action and raw-http web action.

Entry point: `main`. Create the action with `--web raw`: only then does the controller pass on what was sent. Without
it the query and the fields of a JSON or form body arrive merged into one mapping, with the action's own parameters
among them; the Event of such a call says what that mapping says, not what the caller sent.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from ..contract import BadRequest, Context, Event, Response
from ..invoke import buffer, call, collect, error_response, fail, invoke, refuse, too_large
from ..loading import load_handler
from ..result import group
from .bodies import Unsendable, encode_body, read_merged, read_raw
from .limits import RESULT_LIMIT_BYTES
from .media_types import is_json_family, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..loading import Handler

# https://github.com/apache/pekko-http/blob/main/http-core/src/main/scala/org/apache/pekko/http/scaladsl/model/StatusCode.scala
STATUSES = {*range(200, 209), 226, *range(300, 306), 307, 308, *range(400, 419), *range(420, 427), 428, 429, 431}
STATUSES |= {449, 450, 451, *range(500, 512), 598, 599}


def to_event(args: Any, environ: Mapping[str, str]) -> Event:
    """Return the Event of a web action's arguments, or of a plain action's: a POST of them to `/`.

    Raises BadRequest if the body is not the base64 it must be, or the path has a malformed escape.
    """
    if not _is_web(args):
        headers = [("content-type", "application/json")]
        return Event("POST", raw_path="/", header_pairs=headers, body=json.dumps(args).encode())
    headers = [(name.lower(), str(value)) for name, value in (args.get("__ow_headers") or {}).items()]
    content_type = dict(headers).get("content-type", "")
    read = read_raw if "__ow_query" in args else read_merged
    raw_query, body = read(args, content_type)
    scheme, host = _origin(environ.get("__OW_API_HOST", ""))
    return Event(
        args["__ow_method"],
        raw_path=args.get("__ow_path") or "/",
        raw_query=raw_query,
        header_pairs=headers,
        body=body,
        scheme=scheme,
        host=host or dict(headers).get("host", ""),
    )


def to_context(args: Any, event: Event, environ: Mapping[str, str]) -> Context:
    """Return the facts about this activation: OpenWhisk tells them in the environment, anew for each one."""
    deadline_ms = environ.get("__OW_DEADLINE", "")
    return Context(
        request_id=_activation_id(environ),
        function_name=environ.get("__OW_ACTION_NAME") or "function",
        platform="openwhisk",
        event=event,
        deadline=int(deadline_ms) / 1000 if deadline_ms.isdecimal() else None,
        native=args,
    )


def to_native(response: Response) -> dict[str, Any]:
    """Return a normalised Response as a web action's result. Raises Unsendable if the controller would refuse it."""
    if response.status not in STATUSES:
        raise Unsendable(f"OpenWhisk sends only registered statuses, and {response.status} is not one")
    # Pekko turns a 205 with content into a 500; RFC 9110 15.3.6 forbids it too
    body = b"" if response.status == 205 else response.body
    content_type = _header(response, "content-type") or "application/octet-stream"
    text, is_decompressed = encode_body(body, content_type, _header(response, "content-encoding"))
    pairs: Any = response.headers
    dropped = ("content-length", "content-type", "content-encoding" if is_decompressed else "")
    grouped = group((name, value) for name, value in pairs if name.lower() not in dropped)
    headers: dict[str, Any] = {name: values if len(values) > 1 else values[0] for name, values in grouped.items()}
    if text:
        headers["Content-Type"] = content_type
    return {"statusCode": response.status, "headers": headers, "body": text}


def to_result(response: Response) -> Any:
    """Return a normalised Response as a plain action's result, an object or array; from 400 on it is an error."""
    result = _parse_body(response)
    if response.status >= 400:
        return {"error": {"statusCode": response.status, "body": result}}
    return result if isinstance(result, dict | list) else {"body": result}


def make_main(handler: Handler, environ: Mapping[str, str]) -> Callable[[Any], Any]:
    """Return the function that OpenWhisk calls with an action's arguments.

    `environ` is read at every call: it tells of that activation. With RAISE_ERRORS=1 a web call that fails is an
    application error, which marks the activation as failed; its caller gets the same 500.
    """

    def main(args: Any) -> Any:
        if not _is_web(args):
            return _call_plain(handler, args, environ)
        try:
            event = to_event(args, environ)
        except BadRequest as error:
            return to_native(refuse(error, _activation_id(environ), args["__ow_method"].upper()))
        context = to_context(args, event, environ)
        raise_errors = environ.get("RAISE_ERRORS") == "1"
        try:
            response = invoke(handler, event, context, raise_errors=raise_errors)
            response = buffer(
                response, context, event.method, RESULT_LIMIT_BYTES, "OpenWhisk", raise_errors=raise_errors
            )
        except Exception:  # noqa: BLE001 - one of the three edges; logged, and reported as OpenWhisk's own error
            return {"error": to_native(fail(context, event.method))}
        return _send(response, context, event.method)

    return main


def _send(response: Response, context: Context, method: str) -> dict[str, Any]:
    try:
        native = to_native(response)
    except Unsendable as error:
        context.log.error("request %s: %s", context.request_id, error)
        return to_native(error_response(str(error), 500, context.request_id, method))
    return native if _fits(native) else to_native(too_large(context, method, RESULT_LIMIT_BYTES, "OpenWhisk"))


def _call_plain(handler: Handler, args: Any, environ: Mapping[str, str]) -> Any:
    """Run a plain action: what the handler raises goes on to OpenWhisk; an error's status is a result."""
    event = to_event(args, environ)
    context = to_context(args, event, environ)
    response = call(handler, event, context)
    result = to_result(response._replace(body=collect(response.body)))
    return result if _fits(result) else to_result(too_large(context, event.method, RESULT_LIMIT_BYTES, "OpenWhisk"))


def _fits(result: Any) -> bool:
    # as the runtime writes it: https://github.com/apache/openwhisk-runtime-python/blob/master/core/python3Action/lib/launcher.py
    return len(json.dumps(result, ensure_ascii=False).encode(errors="replace")) < RESULT_LIMIT_BYTES


def _is_web(args: Any) -> bool:
    """Whether an HTTP request stands behind the arguments: its caller cannot set a name in __ow_."""
    return isinstance(args, dict) and isinstance(args.get("__ow_method"), str)


def _origin(api_host: str) -> tuple[str, str]:
    """Return scheme and host of the deployment; https unless __OW_API_HOST says otherwise, as web actions are."""
    parts = urlsplit(api_host if "://" in api_host else f"https://{api_host}")
    return parts.scheme, parts.netloc


def _activation_id(environ: Mapping[str, str]) -> str:
    if activation_id := environ.get("__OW_ACTIVATION_ID"):
        return activation_id
    from uuid import uuid4

    return uuid4().hex


def _header(response: Response, name: str) -> str:
    pairs: Any = response.headers
    return next((value for key, value in pairs if key.lower() == name), "")


def _parse_body(response: Response) -> Any:
    """Return the JSON of a body, or its text; what is neither is base64 and says so, an empty one is nothing."""
    body = response.body
    if not body:
        return {}
    try:
        return json.loads(body) if is_json_family(parse(_header(response, "content-type"))) else body.decode()
    except ValueError:
        return {"body": encode_body(body, "application/octet-stream", "")[0], "isBase64Encoded": True}


main = make_main(load_handler(os.environ), os.environ)
