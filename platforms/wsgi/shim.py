"""WSGI (PEP 3333) to the contract and back.

Entry point: `application`. Another server than ours takes it as `platforms.wsgi.shim:application`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from threading import Event as Signal
from typing import Any
from urllib.parse import quote, unquote_to_bytes
from uuid import uuid4

from ..contract import BadRequest, Event, Response
from ..invoke import refuse
from ..loading import load_handler
from ..result import Stream
from .responder import Responder
from .threads import Pool

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


def to_event(environ: Environ) -> Event:
    """Return the Event of a WSGI environ. Raises BadRequest if its body is cut short or its path malformed."""
    return Event(
        environ["REQUEST_METHOD"],
        raw_path=_raw_path(environ),
        raw_query=quote(environ.get("QUERY_STRING", "").encode("latin-1"), safe=_ASCII),
        header_pairs=list(_header_pairs(environ)),
        body=_read_body(environ),
        base_path=environ.get("SCRIPT_NAME", ""),
        scheme=environ["wsgi.url_scheme"],
        host=environ.get("HTTP_HOST") or environ["SERVER_NAME"],
        client_ip=environ.get("REMOTE_ADDR", ""),
    )


def to_native(response: Response, start_response: StartResponse) -> Iterable[bytes]:
    """Start a normalised Response and return its body as WSGI wants it."""
    headers = list(response.headers)
    body = response.body
    if not isinstance(body, Stream) and response.status not in (204, 304):
        if not any(name == "Content-Length" for name, _ in headers):
            headers.append(("Content-Length", str(len(body))))
    start_response(f"{response.status} {_REASONS.get(response.status, 'Unknown')}", headers)
    return body if isinstance(body, Stream) else [body]


def make_application(responder: Responder, threads: int = 64) -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    """Return the WSGI application that answers with `responder`, which may time out up to `threads` handlers."""
    pool = Pool(threads)
    in_flight = responder.in_flight

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            event = to_event(environ)
        except BadRequest as error:
            return to_native(refuse(error, str(uuid4()), environ["REQUEST_METHOD"]), start_response)
        if (answer := responder.probe(event)) is not None:
            return to_native(answer, start_response)
        if not in_flight.enter(responder.max_in_flight):
            return to_native(responder.on_overload(event), start_response)
        leave = in_flight.leave
        try:
            response = _respond(responder, event, pool)
            if isinstance(response.body, Stream):
                response = response._replace(body=_Counted(response.body, leave))
                leave = _nothing
            return to_native(response, start_response)
        finally:
            leave()

    return application


def _respond(responder: Responder, event: Event, pool: Pool) -> Response:
    timeout_s = responder.timeout_s(event)
    if timeout_s is None:
        return responder.respond(event)
    done = Signal()
    answers: list[Response | BaseException] = []

    def task() -> None:
        try:
            answers.append(responder.respond(event))
        except BaseException as error:  # raised again below, in the thread that the server called
            answers.append(error)
        done.set()

    pool.submit(task)
    if not done.wait(timeout_s):
        return responder.on_timeout(event)
    if isinstance(answers[0], BaseException):
        raise answers[0]
    return answers[0]


class _Counted(Stream):
    """A stream whose request is counted out when it is closed."""

    def __init__(self, stream: Stream, leave: Callable[[], None]) -> None:
        def close() -> None:
            try:
                stream.close()
            finally:
                leave()

        super().__init__(stream, close)


def _nothing() -> None:
    pass


_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_REASONS = {status.value: status.phrase for status in HTTPStatus}


def _header_pairs(environ: Environ) -> Iterator[tuple[str, str]]:
    for key, value in environ.items():
        if key == "HTTP_COOKIE":
            yield "cookie", _split_cookies(value)
        elif key.startswith("HTTP_"):
            yield key[5:].replace("_", "-").lower(), value
        elif key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            yield key.replace("_", "-").lower(), value


def _split_cookies(header: str) -> str:
    # waitress joins two Cookie headers with a comma, which a cookie's value may not hold (RFC 6265 4.1.1); one that
    # holds it all the same is left alone unless another name=value follows
    return re.sub(r", *(?=[!#$%&'*+.^_`|~\w-]+=)", "; ", header, flags=re.ASCII) if "," in header else header


def _raw_path(environ: Environ) -> str:
    """Return the path as it was sent, without SCRIPT_NAME.

    REQUEST_URI (waitress, uWSGI) and RAW_URI (gunicorn) hold the request's target as sent; it is used only while it
    says the same as PATH_INFO, which a middleware may have changed.
    """
    base = environ.get("SCRIPT_NAME", "")
    path_bytes: bytes = environ.get("PATH_INFO", "").encode("latin-1")
    target = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    raw_path = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "", target).partition("?")[0]
    # waitress gives PATH_INFO one leading slash, however many were sent
    if raw_path and unquote_to_bytes(raw_path).lstrip(b"/") == (base.encode("latin-1") + path_bytes).lstrip(b"/"):
        return _without_base(raw_path, base)
    return quote(path_bytes)


def _without_base(raw_path: str, base: str) -> str:
    for _ in range(base.count("/")):
        _, _, raw_path = raw_path.removeprefix("/").partition("/")
        raw_path = f"/{raw_path}"
    return raw_path


def _read_body(environ: Environ) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    stream = environ["wsgi.input"]
    if not length:
        return stream.read(-1) if environ.get("wsgi.input_terminated") else b""  # type: ignore[no-any-return]
    if not (length.isascii() and length.isdigit()):
        raise BadRequest(f"the Content-Length is {length!r}, not a number")
    body: bytes = stream.read(int(length))
    if len(body) < int(length):
        raise BadRequest(f"the body was cut short: {len(body)} bytes of the {length} that Content-Length tells")
    return body


def __getattr__(name: str) -> Any:
    # made when it is asked for: our own servers import this module and bring a Responder of their own
    if name != "application":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return make_application(Responder(load_handler(os.environ), os.environ))
