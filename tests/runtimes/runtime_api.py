"""Lambda's Runtime API, as much of it as awslambdaric uses. One runtime polls it; `invoke` waits for what comes of it.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

TIMEOUT_S = 60.0
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:meditations"


class InvocationError(Exception):
    """The runtime reported an error in place of a result; `payload` is its errorMessage, errorType, stackTrace."""

    def __init__(self, payload: Any) -> None:
        super().__init__(payload)
        self.payload = payload


class RuntimeApi:
    """The server side: events out, results in."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.events: Queue[bytes | None] = Queue()
        self.results: Queue[tuple[str, bytes]] = Queue()

    def invoke(self, event: Any) -> Any:
        """Return the result of one invocation. Raises InvocationError if the runtime reports one."""
        self.events.put(json.dumps(event).encode())
        return self.next_result()

    def next_result(self) -> Any:
        """Return what the runtime reports next: an invocation's result, or an error at its start."""
        path, payload = self.results.get(timeout=TIMEOUT_S)
        result = json.loads(payload)
        if path.endswith("/error"):
            raise InvocationError(result)
        return result


@contextmanager
def serving() -> Iterator[RuntimeApi]:
    """Serve the Runtime API on a free port for the time of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # one write a reply and no Nagle, or each invocation waits 40 ms for a delayed acknowledgement
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            event = api.events.get()
            if event is None:
                self.close_connection = True
                return
            headers = {
                "Lambda-Runtime-Aws-Request-Id": str(uuid.uuid4()),
                "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 30_000),
                "Lambda-Runtime-Invoked-Function-Arn": ARN,
                "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
            }
            self._reply(200, event, headers)

        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers["Content-Length"]))
            api.results.put((self.path, payload))
            self._reply(202, b'{"status":"OK"}', {})

        def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json"}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api = RuntimeApi(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        api.events.put(None)
        server.shutdown()
        server.server_close()
