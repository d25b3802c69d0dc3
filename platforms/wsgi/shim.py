"""WSGI (PEP 3333) to the contract and back.

Entry point: `application`. Another server than ours takes it as `platforms.wsgi.shim:application`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from ..contract import BadRequest, Event, Response
from ..loading import load_handler
from ..result import Stream
from .responder import InFlight, Responder
from .threads import Pool

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


def to_event(environ: Environ) -> Event:
    """Return the Event of a WSGI environ. Raises BadRequest if its body is cut short or its path malformed."""
    return Event(
        environ["REQUEST_METHOD"],
        raw_path=_raw_path(environ),
        raw_query=encode_raw(environ.get("QUERY_STRING", "")),
        header_pairs=list(_header_pairs(environ)),
        body=_read_body(environ),
        base_path=environ.get("SCRIPT_NAME", "").encode("latin-1").decode(errors="replace"),
        scheme=environ["wsgi.url_scheme"],
        host=environ.get("HTTP_HOST") or environ["SERVER_NAME"],
        client_ip=environ.get("REMOTE_ADDR", ""),
    )


def to_native(response: Response, start_response: StartResponse) -> Iterable[bytes]:
    """Start a normalised Response and return its body as WSGI wants it."""
    headers = list(response.headers)
    body = response.body
    if not isinstance(body, Stream) and response.status not in (204, 304) and "Content-Length" not in dict(headers):
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


def without_base(raw_path: str, base: bytes) -> str:
    """Return the raw path after the part that decodes to `base`, which may have escapes in it, `%2F` too."""
    end = 0
    for _ in base:
        end += 3 if re.match("%[0-9A-Fa-f]{2}", raw_path[end:]) else 1
    return raw_path[end:]


def encode_raw(text: str) -> str:
    """Percent-encode what is not ASCII in a string of WSGI's, whose characters are bytes."""
    return text if text.isascii() else quote(text.encode("latin-1"), safe=_ASCII)


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


_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_REASONS = {status.value: status.phrase for status in HTTPStatus}


def _header_pairs(environ: Environ) -> Iterator[tuple[str, str]]:
    for key, value in environ.items():
        name = _header_name(key)
        if name == "cookie":
            yield name, _split_cookies(value)
        elif name and (value or key.startswith("HTTP_")):
            yield name, value


@lru_cache(1024)
def _header_name(key: str) -> str:
    """Return the header that a key of the environ stands for; "" for all the other keys."""
    if key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        return key.replace("_", "-").lower()
    return key[5:].replace("_", "-").lower() if key.startswith("HTTP_") else ""


def _split_cookies(header: str) -> str:
    # waitress joins two Cookie headers with a comma, which a cookie's value may not hold (RFC 6265 4.1.1); one that
    # holds it all the same is left alone unless another name=value follows
    return re.sub(r", *(?=[!#$%&'*+.^_`|~\w-]+=)", "; ", header, flags=re.ASCII) if "," in header else header


def _raw_path(environ: Environ) -> str:
    """Return the path as it was sent, without SCRIPT_NAME.

    REQUEST_URI (waitress, uWSGI) and RAW_URI (gunicorn) hold the request's target as sent; it is used only while it
    says the same as PATH_INFO, which a middleware may have changed.
    """
    base_path, path_info = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
    target: str = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    if not target.startswith("/"):
        target = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "", target)
    raw_path = encode_raw(target).partition("?")[0]
    if raw_path == path_info and not base_path and "%" not in raw_path:
        return raw_path
    base: bytes = base_path.encode("latin-1")
    path: bytes = path_info.encode("latin-1")
    # waitress gives PATH_INFO one leading slash, however many were sent
    if raw_path and unquote_to_bytes(raw_path).lstrip(b"/") == (base + path).lstrip(b"/"):
        return without_base(raw_path, base)
    return "*" if path == b"*" else quote(path)


def _read_body(environ: Environ) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    stream = environ["wsgi.input"]
    if not length:
        return stream.read(-1) if environ.get("wsgi.input_terminated") else b""
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise BadRequest(f"the Content-Length is {length!r:.40}, not a number of bytes")
    body: bytes = stream.read(int(length))
    if len(body) < int(length):
        raise BadRequest(f"the body was cut short: {len(body)} bytes of the {length} that Content-Length tells")
    return body


def __getattr__(name: str) -> Any:
    # made when it is asked for: our own servers import this module and bring a Responder of their own
    if name != "application":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return make_application(Responder(load_handler(os.environ), os.environ))
