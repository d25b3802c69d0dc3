"""The server in a Docker action's container: `/init` and `/run` over HTTP, and nothing else.

It must never send a traceback, nor write a line of its own among an activation's logs.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from queue import SimpleQueue
from socketserver import ThreadingTCPServer
from typing import Any

from ..contract import BadRequest
from .action import Action, Answer

MAX_BODY_BYTES = 100 * 2**20  # above the 48 MB of code that OpenWhisk takes, in base64
READ_TIMEOUT_S = 30.0


# the standard library's, so that the image needs nothing installed: the platform sends one request at a time
class ActionServer(ThreadingTCPServer):
    """Serves one Action; a thread for each connection, because a client may keep its own open without using it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], action: Action) -> None:
        super().__init__(address, _Connection)
        self.routes: Mapping[str, Callable[[Mapping[str, Any]], Answer]] = {"/init": action.init, "/run": action.run}
        self.turn = threading.Lock()
        self.exit_codes: SimpleQueue[int] = SimpleQueue()
        self._in_flight = 0
        self._changed = threading.Condition()

    def count(self, change: int) -> None:
        """Count a request in (1) or out (-1)."""
        with self._changed:
            self._in_flight += change
            self._changed.notify_all()

    def wait_until_idle(self) -> None:
        """Return once every request has its answer."""
        with self._changed:
            self._changed.wait_for(lambda: not self._in_flight)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let go of a client that left before it had its answer; report anything else."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def serve(host: str, port: int, environ: MutableMapping[str, str], on_ready: Callable[[str], object]) -> int:
    """Serve until SIGTERM or SIGINT, or until the function exits; return the exit code.

    `on_ready` is called with the URL once the socket listens. Raises OSError if it cannot.
    """
    with ActionServer((host, port), Action(environ)) as server:
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: server.exit_codes.put(0))
        threading.Thread(target=server.serve_forever, args=(0.05,), name="listener", daemon=True).start()
        on_ready(f"http://{host}:{server.server_address[1]}")
        exit_code = server.exit_codes.get()
        server.shutdown()
        server.wait_until_idle()
        return exit_code


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for an answer: two would meet Nagle's algorithm and wait 40 ms
    server: ActionServer

    def parse_request(self) -> bool:
        """Start the clock: a connection may idle, a request may not."""
        self.connection.settimeout(READ_TIMEOUT_S)
        return super().parse_request()

    def do_POST(self) -> None:
        """Answer one message, in its turn."""
        self.server.count(1)
        try:
            self._send(*self._answer())
            if self.close_connection:
                self._linger()
            self.connection.settimeout(None)
        finally:
            self.server.count(-1)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse in JSON what is no request of the action interface."""
        self.close_connection = True
        self.request_version = self.protocol_version  # a line that is no request counts as HTTP/0.9, without headers
        self._send(int(code), {"error": message or "only POST /init and POST /run are answered"})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: what is written here would stand in the function's own log."""

    def _answer(self) -> Answer:
        try:
            route = self.server.routes.get(self.path)
            message = self._read_message()
            if route is None:
                return 404, {"error": f"there is no {self.path[:100]!r}: POST to /init or /run"}
            with self.server.turn:
                return route(message)
        except BadRequest as error:
            return error.status, {"error": str(error)}
        except SystemExit as error:
            self.server.exit_codes.put(error.code if isinstance(error.code, int) else 1)
            return 500, {"error": "command exited"}

    def _read_message(self) -> Mapping[str, Any]:
        body = self._read_body()
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"the body is not valid JSON: {error}") from error
        if not isinstance(message, dict):
            raise BadRequest(f"the body is a JSON {type(message).__name__}; an object is expected")
        return message

    def _read_body(self) -> bytes:
        self.close_connection, keeps_alive = True, not self.close_connection
        length = self._body_length()
        try:
            body = self.rfile.read(length)
        except TimeoutError as error:
            raise BadRequest(f"the body did not arrive within {READ_TIMEOUT_S:g} s", status=408) from error
        if len(body) < length:
            raise BadRequest(f"the body was cut short: {len(body)} bytes of {length}")
        self.close_connection = not keeps_alive
        return body

    def _body_length(self) -> int:
        lengths = set(self.headers.get_all("Content-Length") or ())
        if "Transfer-Encoding" in self.headers or not lengths:
            raise BadRequest("send the body's length as Content-Length, not chunked", status=411)
        length = lengths.pop()
        if lengths or not (length.isascii() and length.isdigit()):
            raise BadRequest(f"the Content-Length is {length[:100]!r}; one number is expected")
        if len(length) > 12 or int(length) > MAX_BODY_BYTES:
            raise BadRequest(f"the body is over {MAX_BODY_BYTES} bytes", status=413)
        return int(length)

    def _send(self, status: int, payload: Any) -> None:
        body = json.dumps(payload, ensure_ascii=False).encode(errors="replace")
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _linger(self) -> None:
        """Take what the client still sends: closing on it would reset the connection, and lose the answer."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(1)
            for _ in range(MAX_BODY_BYTES // 2**16):
                if not self.connection.recv(2**16):
                    return
