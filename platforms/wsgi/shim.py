"""WSGI (PEP 3333) to the contract and back.

Entry point: `application`. Another server than ours takes it as `platforms.wsgi.shim:application`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from http import HTTPStatus
from typing import Any

from ..contract import BadRequest, Event, Response
from ..loading import load_handler
from ..result import Stream, length_to_send
from ..wsgi_environ import Environ
from ..wsgi_environ import to_event as to_event
from .responder import InFlight, Responder
from .threads import Pool

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


def to_native(response: Response, start_response: StartResponse) -> Iterable[bytes]:
    """Start a normalised Response and return its body as WSGI wants it."""
    body, status, headers = response
    headers = [*headers]
    if (length := length_to_send(response)) is not None:
        headers.append(("Content-Length", str(length)))
    start_response(f"{status} {_REASONS.get(status, 'Unknown')}", headers)
    return body if isinstance(body, Stream) else [body]


def make_application(responder: Responder, threads: int = 64) -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    """Return the WSGI application that answers with `responder`, which may time out up to `threads` handlers."""
    pool = Pool(threads)
    in_flight = responder.in_flight

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            event = to_event(environ)
        except BadRequest as error:
            sent_id = environ.get(f"HTTP_{responder.id_header.upper().replace('-', '_')}")
            return to_native(responder.refuse(error, environ["REQUEST_METHOD"], sent_id), start_response)
        if (answer := responder.probe(event)) is not None:
            return to_native(answer, start_response)
        if not in_flight.enter(responder.max_in_flight):
            return to_native(responder.on_overload(event), start_response)
        try:
            response = _respond(responder, event, environ, pool)
        except BaseException:
            in_flight.leave()
            raise
        if not isinstance(response.body, Stream):
            in_flight.leave()
            return to_native(response, start_response)
        stream = _Counted(response.body, in_flight)
        try:
            return to_native(response._replace(body=stream), start_response)
        except BaseException:
            stream.close()
            raise

    return application


def _respond(responder: Responder, event: Event, environ: Environ, pool: Pool) -> Response:
    timeout_s = responder.timeout_s(event)
    if timeout_s is None:
        return responder.answer(event, environ)
    answer: Future[Response] = Future()

    def task() -> None:
        try:
            response = responder.answer(event, environ)
        except BaseException as error:  # noqa: BLE001 - raised again below, in the thread that the server called
            if answer.set_running_or_notify_cancel():
                answer.set_exception(error)
            return
        if answer.set_running_or_notify_cancel():
            answer.set_result(response)
        elif isinstance(response.body, Stream):
            response.body.close()

    pool.submit(task)
    try:
        return answer.result(timeout_s)
    except TimeoutError:
        if answer.cancel():
            return responder.on_timeout(event)
        return answer.result()


class _Counted(Stream):
    """A stream whose request is counted out when it is closed."""

    def __init__(self, stream: Stream, in_flight: InFlight) -> None:
        def close() -> None:
            try:
                stream.close()
            finally:
                in_flight.leave()

        super().__init__(stream, close)


_REASONS = {status.value: status.phrase for status in HTTPStatus}


def __getattr__(name: str) -> Any:
    # made when it is asked for: our own servers import this module and bring a Responder of their own
    if name != "application":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return make_application(Responder(load_handler(os.environ), os.environ))
