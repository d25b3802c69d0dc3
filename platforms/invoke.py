"""Call the handler and answer for it: every shim goes through `invoke` (HTTP), or `deliver` or `call` (all else).

It must never know a platform, and never let an exception's text reach a caller.
"""

from __future__ import annotations

from collections.abc import Iterator

from .contract import BadRequest, Context, Event, Response
from .result import Stream, normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .loading import Handler


class InvocationFailed(Exception):
    """The handler answered an event that is not HTTP with an error's status, or with what the platform cannot take."""


def invoke(handler: Handler, event: Event, context: Context, *, raise_errors: bool = False) -> Response:
    """Answer one HTTP call: a Response whose body is bytes or a Stream, whatever the handler does.

    A handler that raises is a logged 500, a BadRequest its own 4xx. With `raise_errors` the handler's exception goes
    on to the platform instead, for people whose alarms count errors there.
    """
    try:
        response = call(handler, event, context)
    except BadRequest as error:
        return refuse(error, context.request_id, event.method)
    except Exception:
        if raise_errors:
            raise
        return fail(context, event.method)
    if isinstance(response.body, Stream):
        return response._replace(body=_log_failure(response.body, context))
    return response


def call(handler: Handler, event: Event, context: Context) -> Response:
    """Call the handler and normalise its result; whatever it raises goes on to the platform, which may retry."""
    result = handler(event, context)
    if hasattr(result, "__await__"):
        from .loop import wait_for  # a cold start without an async handler does without

        result = wait_for(result)
    return normalise(result, event.method)


def deliver(handler: Handler, event: Event, context: Context) -> Response:
    """Call the handler with an event that is not HTTP; return its answer with the whole body.

    What it raises goes on to the platform, and an answer from 400 on does so as InvocationFailed: the platform retries.
    """
    response = call(handler, event, context)
    body = collect(response.body)
    if response.status >= 400:
        raise InvocationFailed(f"the handler answered {response.status}: {body.decode(errors='replace')}")
    return response._replace(body=body)


def refuse(error: BadRequest, request_id: str, method: str = "GET") -> Response:
    """Return the 4xx that tells the caller what is wrong with the request."""
    return error_response(str(error), error.status, request_id, method)


def fail(context: Context, method: str) -> Response:
    """Log the exception being handled, once and with the request id, and return the 500 that hides it."""
    context.log.exception("request %s failed in the handler", context.request_id)
    return error_response("internal error", 500, context.request_id, method)


def error_response(message: str, status: int, request_id: str, method: str = "GET") -> Response:
    """Return the JSON answer that every error has: `{"error": message, "requestId": request_id}`."""
    readable = message.encode(errors="replace").decode()
    return normalise(({"error": readable, "requestId": request_id}, status), method)


def buffer(
    response: Response, context: Context, method: str, limit_bytes: int, carrier: str, *, raise_errors: bool = False
) -> Response:
    """Return what `invoke` gave with its body as bytes, for platforms that cannot stream.

    A body over `limit_bytes` becomes a clear 500, as does a stream that fails, unless `raise_errors`; `carrier` names
    whose limit it is.
    """
    try:
        body = collect(response.body, limit_bytes)
    except Exception:  # invoke has logged it where it happened
        if raise_errors:
            raise
        return error_response("internal error", 500, context.request_id, method)
    if len(body) > limit_bytes:
        return too_large(context, method, limit_bytes, carrier)
    return response._replace(body=body)


def collect(body: bytes | Stream, limit_bytes: int | None = None) -> bytes:
    """Return a body's bytes; of a stream no more than the chunk that goes over `limit_bytes`. It is closed."""
    if not isinstance(body, Stream):
        return body
    data = bytearray()
    try:
        for chunk in body:
            data += chunk
            if limit_bytes is not None and len(data) > limit_bytes:
                break
    finally:
        body.close()
    return bytes(data)


def too_large(context: Context, method: str, limit_bytes: int, carrier: str) -> Response:
    """Log and return the 500 for a reply that is over what the platform carries."""
    message = f"the reply is larger than the {limit_bytes / 2**20:g} MB that {carrier} carries"
    context.log.error("request %s: %s", context.request_id, message)
    return error_response(message, 500, context.request_id, method)


def _log_failure(stream: Stream, context: Context) -> Stream:
    def chunks() -> Iterator[bytes]:
        try:
            for chunk in stream:  # noqa: UP028 - `yield from` would close it a second time
                yield chunk
        except Exception:
            context.log.exception("request %s failed in the middle of its stream", context.request_id)
            raise

    return Stream(chunks(), stream.close)
