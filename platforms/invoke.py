"""Call the handler and answer for it: every shim goes through `invoke` (HTTP) or `call` (everything else).

It must never know a platform, and never let an exception's text reach a caller.
"""

from __future__ import annotations

from _thread import allocate_lock  # threading itself would cost a cold start a millisecond
from collections.abc import Callable, Iterator

from .contract import BadRequest, Context, Event, Response
from .result import InvalidResult, Stream, normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Coroutine
    from typing import Any

    from .loading import Handler


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
        result = _await(result)
    if hasattr(result, "__anext__"):
        result = _AsyncChunks(result)
    return normalise(result, event.method)


def refuse(error: BadRequest, request_id: str, method: str = "GET") -> Response:
    """Return the 4xx that tells the caller what is wrong with the request."""
    return error_response(str(error), error.status, request_id, method)


def fail(context: Context, method: str) -> Response:
    """Log the exception being handled, once and with the request id, and return the 500 that hides it."""
    context.log.exception("request %s failed in the handler", context.request_id)
    return error_response("internal error", 500, context.request_id, method)


def error_response(message: str, status: int, request_id: str, method: str = "GET") -> Response:
    """Return the JSON answer that every error has: `{"error": message, "requestId": request_id}`."""
    return normalise(({"error": message, "requestId": request_id}, status), method)


def buffer(response: Response, context: Context, method: str, limit_bytes: int, what: str) -> Response:
    """Return `response` with its body as bytes, for platforms that cannot stream.

    A body over `limit_bytes`, or a stream that fails, becomes a clear 500; `what` names whose limit it is.
    """
    body = response.body
    if isinstance(body, Stream):
        try:
            body = _collect(body, limit_bytes)
        except Exception:  # already logged where it happened
            return error_response("internal error", 500, context.request_id, method)
    if len(body) > limit_bytes:
        return too_large(context, method, limit_bytes, what)
    return response._replace(body=body)


def too_large(context: Context, method: str, limit_bytes: int, what: str) -> Response:
    """Log and return the 500 for a reply that is over what the platform carries."""
    message = f"the reply is larger than the {limit_bytes / 2**20:g} MB that {what} carries"
    context.log.error("request %s: %s", context.request_id, message)
    return error_response(message, 500, context.request_id, method)


def _collect(stream: Stream, limit_bytes: int) -> bytes:
    data = bytearray()
    try:
        for chunk in stream:
            data += chunk
            if len(data) > limit_bytes:
                break
    finally:
        stream.close()
    return bytes(data)


def _log_failure(stream: Stream, context: Context) -> Stream:
    def chunks() -> Iterator[bytes]:
        try:
            yield from stream
        except Exception:
            context.log.exception("request %s failed in the middle of its stream", context.request_id)
            raise

    return Stream(chunks(), stream.close)


class _AsyncChunks:
    """An async iterator's chunks, drawn one by one through the process's event loop."""

    def __init__(self, chunks: AsyncIterator[bytes | str]) -> None:
        self._chunks = chunks

    def __iter__(self) -> _AsyncChunks:
        return self

    def __next__(self) -> bytes | str:
        chunk = _await(anext(self._chunks, _END))
        if chunk is _END:
            raise StopIteration
        return chunk  # type: ignore[no-any-return]

    def close(self) -> None:
        aclose: Callable[[], Coroutine[Any, Any, None]] | None = getattr(self._chunks, "aclose", None)
        if aclose is not None:
            _await(aclose())


async def _resolve(awaitable: Any) -> Any:
    return await awaitable


_END = object()
_loop: asyncio.AbstractEventLoop | None = None
_starting = allocate_lock()


def _await(awaitable: Any) -> Any:
    """Run an awaitable to its end on the process's one long-lived loop, which a thread of its own turns."""
    import asyncio

    return asyncio.run_coroutine_threadsafe(_resolve(awaitable), _event_loop()).result()


def _event_loop() -> asyncio.AbstractEventLoop:
    global _loop
    if _loop is None:
        import asyncio
        import threading

        with _starting:
            if _loop is None:
                loop = asyncio.new_event_loop()
                threading.Thread(target=loop.run_forever, name="handler-loop", daemon=True).start()
                _loop = loop
    return _loop
