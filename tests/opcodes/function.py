"""Requests to the sample function: through Lambda's shim, and through both applications of the function server."""

from __future__ import annotations

import asyncio
import io
import json
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from platforms.loading import load_handler
from platforms.wsgi.asgi import Application
from platforms.wsgi.responder import Responder
from platforms.wsgi.shim import make_application
from tests.sample import HANDLER

from .counting import MEASURED, ROOT, WARM, Opcodes, counting, of_each, usual

HEADERS = {"host": "localhost:8080", "user-agent": "curl/8.5.0", "accept": "*/*", "x-call-id": "1"}
BODY = b"x" * 1024
SAMPLE = {"HANDLER": HANDLER}


def lambda_get() -> int:
    """Return the opcodes of a GET from an HTTP API, payload 2.0."""
    os.environ |= {"AWS_LAMBDA_FUNCTION_NAME": "meditations", **SAMPLE}
    from platforms.aws_lambda.shim import lambda_handler

    event = json.loads((ROOT / "bench" / "event.json").read_text(encoding="utf-8"))
    event["requestContext"]["http"]["method"] = "GET"
    event["body"] = None
    del event["headers"]["content-length"], event["headers"]["content-type"]
    context = SimpleNamespace(
        aws_request_id="1", function_name="meditations", get_remaining_time_in_millis=lambda: 1000
    )
    assert lambda_handler(event, context)["statusCode"] == 405
    return of_each(lambda: lambda_handler(event, context))


def wsgi(method: str, body: bytes = b"") -> int:
    """Return the opcodes of a request to the WSGI application."""
    application = make_application(Responder(load_handler(SAMPLE), {}))
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in HEADERS.items()}

    def request() -> bytes:
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": "/",
            "REQUEST_URI": "/",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8080",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            **headers,
        }
        return b"".join(application(environ, lambda *_: None))

    return of_each(request)


def asgi(method: str, body: bytes = b"") -> int:
    """Return the opcodes of a request to the ASGI application, in the loop and in the handler's thread."""
    application = Application(Responder(load_handler(SAMPLE), {}), threads=1, max_body_bytes=1 << 20)
    headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        """Take it."""

    async def requests(opcodes: Opcodes) -> list[int]:
        counts = []
        for _ in range(WARM + MEASURED):
            scope = {
                "type": "http",
                "method": method,
                "raw_path": b"/",
                "query_string": b"",
                "headers": [*headers, (b"content-length", b"%d" % len(body))],
                "scheme": "http",
                "server": ("localhost", 8080),
                "client": ("127.0.0.1", 1),
            }
            before = opcodes.count
            await application(scope, receive, send)
            await asyncio.sleep(0.002)  # the handler's thread goes on after its answer
            counts.append(opcodes.count - before)
        return counts

    with counting() as opcodes:
        return usual(asyncio.run(requests(opcodes)))


CASES: dict[str, Callable[[], int]] = {
    "Lambda, GET": lambda_get,
    "WSGI, GET": lambda: wsgi("GET"),
    "WSGI, POST of 1 kB": lambda: wsgi("POST", BODY),
    "ASGI, GET": lambda: asgi("GET"),
    "ASGI, POST of 1 kB": lambda: asgi("POST", BODY),
}
