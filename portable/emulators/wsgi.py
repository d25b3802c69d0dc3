"""A WSGI server: a request to the environ that waitress makes of it, and the reply that a client sees."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from platforms.wsgi.responder import Responder
from platforms.wsgi.shim import make_application

from .errors import Broken
from .messages import Answer, Reply, Request, Send

if TYPE_CHECKING:
    from platforms.loading import Handler

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def to_native(request: Request, script_name: str = "") -> dict[str, Any]:
    """Return the environ that waitress makes of a request."""
    raw_path, _, query = request.target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": script_name,
        "PATH_INFO": unquote_to_bytes(raw_path.removeprefix(script_name)).decode("latin-1"),
        "REQUEST_URI": request.target,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if request.body and not request.chunked:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    for name, value in (("Host", "localhost:8080"), *request.headers):
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        environ[key] = f"{environ[key]}, {value}" if key in environ else value
    if request.chunked:
        environ["wsgi.input_terminated"] = True
    return environ


def from_native(application: Application, environ: dict[str, Any]) -> Reply:
    """Call an application and return what its client sees. Raises Broken where its body raises."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Callable[[bytes], Any]:  # noqa: ARG001
        started[:] = [int(status.split()[0]), [(name.lower(), value) for name, value in headers]]
        return lambda data: None

    body = application(environ, start_response)
    try:
        data = b"".join(body)
    except Exception as error:
        raise Broken(f"the reply broke off: {type(error).__name__}: {error}") from error
    finally:
        if close := getattr(body, "close", None):
            close()
    return Reply(started[0], started[1], data)


def send_to(application: Application) -> Send:
    """Return what sends a request to an application."""
    return lambda request: Answer(from_native(application, to_native(request)))


def sender(handler: Handler, environ: Mapping[str, str]) -> Send:
    """Return what sends a request to the shim."""
    return send_to(make_application(Responder(handler, environ)))
