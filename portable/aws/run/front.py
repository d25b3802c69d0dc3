"""The HTTP server of a front door, on 127.0.0.1. It reads whole requests, and prints a line for each."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any

from ...deploying.errors import BadSettings
from ...emulators.aws_lambda.exchange import Exchange, Served, new_ids
from ...emulators.aws_lambda.received import Received
from ...emulators.aws_lambda.replies import message
from ...emulators.bodies import read_body
from ...emulators.errors import Refused
from ...emulators.messages import Reply

HOST = "127.0.0.1"
_NO_BODY = (204, 304)


class Front(ThreadingTCPServer):
    """The server; `say` gets a line for each request. Raises BadSettings if the port is taken."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, exchange: Exchange, say: Callable[[str], None]) -> None:
        self.exchange = exchange
        self.say = say
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise BadSettings(f"cannot listen on {HOST}:{port}: {error.strerror}; choose another --port") from None

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://{HOST}:{self.server_address[1]}"

    def handle_error(self, *args: Any) -> None:
        """Pass over callers that went away; a defect of ours still shows."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*args)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Front

    def _answer(self) -> None:
        began = time.monotonic()
        request_id, trace_id = new_ids()
        # `self.path` has lost slashes that the caller sent
        target = self.requestline.split()[1]
        door = self.server.exchange.door
        try:
            body = read_body(self.headers, self.rfile, door.limit_bytes)
            headers = [(name, value) for name, value in self.headers.items()]
            client_ip = self.client_address[0]
            served = self.server.exchange.serve(
                Received(self.command, target, headers, body, client_ip, request_id, trace_id)
            )
        except Refused as refused:
            self.close_connection = True
            served = Served(door.too_large if refused.status == 413 else message(400, "Bad Request"))
        self._send(served.reply, request_id)
        self.server.say(_line(self.command, target, served, time.monotonic() - began, request_id))

    def _send(self, reply: Reply, request_id: str) -> None:
        has_body = self.command != "HEAD" and reply.status not in _NO_BODY
        self.send_response_only(reply.status)
        for name, value in reply.headers:
            if name != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        self.send_header("x-amzn-requestid", request_id)
        if has_body:
            self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if has_body:
            self.wfile.write(reply.body)

    def log_message(self, *args: Any) -> None:
        pass


for _method in ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"):
    setattr(_Handler, f"do_{_method}", _Handler._answer)


def _line(method: str, target: str, served: Served, seconds: float, request_id: str) -> str:
    state = "" if served.outcome is None else " cold" if served.outcome.cold else " warm"
    reason = f"  {served.reason}" if served.reason else ""
    return f"{method} {target} {served.reply.status} {seconds * 1000:.0f} ms{state} {request_id}{reason}"
