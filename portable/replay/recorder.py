"""A recording proxy on 127.0.0.1: it passes calls on to one server, and keeps each that has come to its end.

A request is read whole before it is passed on; a reply is passed on as it comes. What is over LIMIT_BYTES is not kept.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ..emulators.bodies import read_body
from ..emulators.errors import Broken, Refused
from ..emulators.messages import Reply, Request
from .errors import ReplayError
from .recording import Seen, keep
from .upstream import Unreachable, Upstream, end_to_end, pieces

HOST = "127.0.0.1"
LIMIT_BYTES = 10 * 2**20
_TOO_LARGE = f"over {LIMIT_BYTES // 2**20} MB"


@dataclass(frozen=True)
class Recording:
    """What the proxy is told: where calls go, and how they are kept. `say` gets a line for each call."""

    upstream: Upstream
    folder: Path
    say: Callable[[str], None]
    platform: str = ""
    keep_secrets: bool = False


class Recorder(ThreadingHTTPServer):
    """The proxy. Raises ReplayError if the port is taken."""

    daemon_threads = True

    def __init__(self, port: int, recording: Recording) -> None:
        self.recording = recording
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise ReplayError(f"cannot listen on {HOST}:{port}: {error.strerror}; choose another --port") from None

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://{HOST}:{self.server_address[1]}/"

    def handle_error(self, *args: Any) -> None:
        """Pass over callers that went away between two calls; a defect of ours still shows."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*args)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Recorder

    def _answer(self) -> None:
        self._began, self._time = time.monotonic(), datetime.now(UTC)
        # `self.path` has lost slashes that the caller sent
        target = self.requestline.split()[1]
        if not re.fullmatch("/[!-~]*", target):
            return self._refuse(400, f"{target!r:.80} is no path")
        try:
            body = read_body(self.headers, self.rfile, LIMIT_BYTES)
        except Refused as refused:
            why = f"{_TOO_LARGE}: not passed on" if refused.status == 413 else "Bad Request"
            return self._refuse(refused.status, why)
        chunked = "Transfer-Encoding" in self.headers
        request = Request(self.command, target, tuple(self.headers.items()), body, chunked)
        try:
            with self.server.recording.upstream.ask(request) as response:
                self._pass_on(request, response)
        except Unreachable as error:
            self._refuse(502, str(error))
        except (Broken, ConnectionError) as error:
            self.close_connection = True
            why = str(error) if isinstance(error, Broken) else "the caller went away"
            self._say(f"not recorded: {why}")

    def _pass_on(self, request: Request, response: HTTPResponse) -> None:
        # a call is kept before its caller knows the end
        if response.length == 0:
            self._keep(request, response, b"")
        is_chunked = self._send_head(response)
        body = bytearray()
        for piece, is_last in pieces(response):
            if len(body) <= LIMIT_BYTES:
                body += piece
            if is_last:
                self._keep(request, response, bytes(body))
            if is_chunked:
                piece = (b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b"") + (b"0\r\n\r\n" if is_last else b"")
            self.wfile.write(piece)

    def _send_head(self, response: HTTPResponse) -> bool:
        """Send the reply's head; return whether its body goes in chunks, as it does where its length is not told."""
        is_chunked = response.length is None and self.request_version != "HTTP/1.0"
        if response.length is None and not is_chunked:
            self.close_connection = True
        self.send_response_only(response.status, response.reason)
        for name, value in end_to_end(response.getheaders()):
            self.send_header(name, value)
        if is_chunked:
            self.send_header("Transfer-Encoding", "chunked")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        return is_chunked

    def _keep(self, request: Request, response: HTTPResponse, body: bytes) -> None:
        told = self.server.recording
        reply = Reply(response.status, [(name.lower(), value) for name, value in response.getheaders()], body)
        duration_ms = (time.monotonic() - self._began) * 1000
        seen = Seen(request, reply, self._time, duration_ms, told.upstream.url, told.platform)
        if len(body) > LIMIT_BYTES:
            return self._say(f"{reply.status} not recorded: the reply is {_TOO_LARGE}")
        try:
            path = keep(seen, told.folder, keep_secrets=told.keep_secrets)
        except OSError as error:
            return self._say(f"{reply.status} not recorded: cannot write to {told.folder}: {error.strerror}")
        return self._say(f"{reply.status} {duration_ms:.0f} ms {path}")

    def _refuse(self, status: int, why: str) -> None:
        """Answer in the server's place; there is nothing to record."""
        self.close_connection = True
        body = json.dumps({"error": why}).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self._say(f"{status} not recorded: {why}")

    def _say(self, what: str) -> None:
        path = self.requestline.split()[1].partition("?")[0]
        self.server.recording.say(f"{self.command} {path} {what}")

    def log_message(self, *args: Any) -> None:
        pass


for _method in ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"):
    setattr(_Handler, f"do_{_method}", _Handler._answer)
