"""The Docker action server as OpenWhisk meets it: a process of its own, over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[3]
END = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX"
TIMEOUT_S = 20
ECHO = """
import os
def main(args):
    return {**args, 'env': {name: value for name, value in os.environ.items() if name.startswith('__OW_')}}
"""


class Server(NamedTuple):
    """A running server: the process, and the port that it chose."""

    process: subprocess.Popen[str]
    port: int

    def post(self, path: str, payload: Any) -> tuple[int, Any]:
        """POST JSON, or bytes as they are, and return the status and the JSON of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", path, payload if isinstance(payload, bytes) else json.dumps(payload))
            response = connection.getresponse()
            assert response.headers["Content-Type"] == "application/json"
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def init(self, code: str | None = None, **value: Any) -> tuple[int, Any]:
        return self.post("/init", {"value": {"name": "hello", **({} if code is None else {"code": code}), **value}})

    def run(self, value: Any = None, **facts: Any) -> tuple[int, Any]:
        return self.post("/run", {"value": value or {}, **facts})

    def send(self, request: bytes) -> tuple[bytes, bytes]:
        """Send bytes, and no more, and return the head and body of all that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S) as client:
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
            head, _, body = b"".join(iter(lambda: client.recv(65536), b"")).partition(b"\r\n\r\n")
            return head, body

    def stop(self) -> tuple[int, str, str]:
        """Send SIGTERM and return the exit code, and the rest of stdout and stderr."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> tuple[int, str, str]:
        stdout, stderr = self.process.communicate(timeout=TIMEOUT_S)
        return self.process.returncode, stdout, stderr


@contextmanager
def running(**environ: str) -> Iterator[Server]:
    process = subprocess.Popen(
        [sys.executable, "-m", "platforms.openwhisk", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, **environ},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("serving the action on http://127.0.0.1:"), line
        yield Server(process, int(line.split("/")[2].rpartition(":")[2]))
    finally:
        process.terminate()
        process.communicate(timeout=TIMEOUT_S)
