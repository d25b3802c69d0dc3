"""What stands between a server and the handler: which requests are answered how, whatever the server speaks.

The WSGI and the ASGI shim give an Event and take a Response; they ask the same Responder, so both behave alike.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..contract import BadRequest, Context, Event, Response
from ..invoke import error_response, invoke, refuse
from ..result import Stream

if TYPE_CHECKING:
    from ..loading import Handler

log = logging.getLogger(__name__)


class Responder:
    """Answers every request with the handler. A platform that adds paths or limits of its own extends this."""

    platform = "wsgi"
    id_header = "x-request-id"
    max_in_flight = 0

    def __init__(self, handler: Handler, environ: Mapping[str, str]) -> None:
        self.handler = handler
        self.in_flight = InFlight()
        self.on_exit: Callable[[BaseException], object] | None = None
        self.raise_errors = environ.get("RAISE_ERRORS") == "1"
        self.function_name = environ.get("FUNCTION_NAME") or "function"

    def probe(self, event: Event) -> Response | None:
        """Answer what must be answered at once, even when every thread is busy; None for all else."""
        return None

    def respond(self, event: Event, native: Any = None) -> Response:
        """Answer one request with the handler; `native` is the server's own environ or scope."""
        return invoke(self.handler, event, self.to_context(event, native), raise_errors=self.raise_errors)

    def answer(self, event: Event, native: Any = None) -> Response:
        """Answer as `respond` does; where a server of ours serves, a handler that exits ends it, after this answer."""
        try:
            response = self.respond(event, native)
        except (SystemExit, KeyboardInterrupt) as error:
            if self.on_exit is None:
                raise
            self.on_exit(error)
            return self._error("the function exited", 500, event)
        if self.on_exit is None or not isinstance(response.body, Stream):
            return response
        return response._replace(body=Stream(self._until_exit(response.body, self.on_exit), response.body.close))

    def _until_exit(self, stream: Stream, on_exit: Callable[[BaseException], object]) -> Iterator[bytes]:
        try:
            for chunk in stream:  # noqa: UP028 - `yield from` would close it a second time
                yield chunk
        except (SystemExit, KeyboardInterrupt) as error:
            on_exit(error)
            raise RuntimeError("the function exited in the middle of its stream") from error

    def to_context(self, event: Event, native: Any = None, deadline: float | None = None) -> Context:
        """Return the facts about this call; its id is the one that came in `id_header`, else a new one."""
        return Context(
            request_id=self.request_id(sent_header(event, self.id_header)),
            function_name=self.function_name,
            platform=self.platform,
            event=event,
            deadline=deadline,
            native=native,
        )

    def request_id(self, sent: str | None) -> str:
        """Return the id that came in `id_header`, cut to 128 characters, or a new one of 32 hexadecimal digits."""
        # not from uuid4, which asks the system for its bits: that costs more than all the rest of an answer
        return (sent or "")[:128] or f"{random.getrandbits(128):032x}"

    def refuse(self, error: BadRequest, method: str, sent_id: str | None) -> Response:
        """Return the answer to a request that could not become an Event."""
        return refuse(error, self.request_id(sent_id), method)

    def timeout_s(self, event: Event) -> float | None:
        """Return the seconds after which the server answers in the handler's place; None for never."""
        return None

    def on_timeout(self, event: Event) -> Response:
        """Return the answer for a handler that took longer than `timeout_s`."""
        return self._error("the function took too long to answer", 504, event)

    def on_overload(self, event: Event) -> Response:
        """Return the answer for a request beyond `max_in_flight`."""
        message = f"concurrent request limit exceeded, at most {self.max_in_flight} are answered at a time: retry"
        return self._error(message, 429, event)

    def _error(self, message: str, status: int, event: Event) -> Response:
        request_id = self.request_id(sent_header(event, self.id_header))
        log.warning("request %s: %s", request_id, message)
        return error_response(message, status, request_id, event.method)


def sent_header(event: Event, name: str) -> str | None:
    """Return the first value of a lower-case header, without the mapping that a handler may never ask for."""
    for key, value in event.header_pairs:
        if key.lower() == name:
            return value
    return None


class InFlight:
    """How many requests are being answered, and whether the process is on its way out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.count = 0
        self.draining = False

    def enter(self, limit: int) -> bool:
        """Count one request in; False, and not counted, if `limit` (0 for none) are in already."""
        with self._lock:
            if limit and self.count >= limit:
                return False
            self.count += 1
            return True

    def leave(self) -> None:
        """Count one request out."""
        with self._lock:
            self.count -= 1
