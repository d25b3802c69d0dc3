"""What the server does with connections, malformed requests and signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.platforms.openwhisk.running import ECHO, END, ROOT, TIMEOUT_S, Server

# says that it waits, waits until something is written to a named pipe, and tells how many did so at once
WAIT = """
count = 0
def main(args):
    global count
    count += 1
    print('waiting', flush=True)
    open(args['gate']).read()
    seen, count = count, count - 1
    return {'at_once': seen}
"""


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """Return a named pipe at which the WAIT action waits until something is written to it."""
    os.mkfifo(tmp_path / "gate")
    return tmp_path / "gate"


class TestOneAtATime:
    @pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
    def test_signal_lets_the_running_call_finish(self, server: Server, gate: Path, signum: signal.Signals) -> None:
        server.init(WAIT)
        with in_background(server, gate) as answers:
            server.process.send_signal(signum)
            gate.write_text("go")

        assert answers == [(200, {"at_once": 1})]
        assert server.wait()[:2] == (0, f"{END}\n")

    def test_second_run_waits_for_the_first(self, server: Server, gate: Path) -> None:
        server.init(WAIT)
        with in_background(server, gate) as answers, socket.create_connection(("127.0.0.1", server.port)) as client:
            body = json.dumps({"value": {"gate": str(gate)}}).encode()
            client.sendall(b"POST /run HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            gate.write_text("go")
            assert server.process.stdout
            assert [server.process.stdout.readline() for _ in range(2)] == [f"{END}\n", "waiting\n"]
            gate.write_text("go")
            second = b"".join(iter(lambda: client.recv(65536), b""))

        assert answers == [(200, {"at_once": 1})]
        assert second.endswith(b'{"at_once": 1}')


@contextmanager
def in_background(server: Server, gate: Path) -> Iterator[list[tuple[int, Any]]]:
    """Run an action up to its gate; when the block is over its answer is in the list."""
    answers: list[tuple[int, Any]] = []
    thread = threading.Thread(target=lambda: answers.append(server.run({"gate": str(gate)})))
    thread.start()
    assert server.process.stdout
    assert server.process.stdout.readline() == "waiting\n"
    yield answers
    thread.join(TIMEOUT_S)


class TestFraming:
    @pytest.mark.parametrize(
        ("request_", "status"),
        [
            (b"POST /run HTTP/1.1\r\nHost: x\r\n\r\n", 411),
            (b"POST /run HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 411),
            (b"POST /run HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 411),
            (b"POST /run HTTP/1.1\r\nContent-Length: +2\r\n\r\n{}", 400),
            (b"POST /run HTTP/1.1\r\nContent-Length: -1\r\n\r\n{}", 400),
            (b"POST /run HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", 400),
            (b"POST /run HTTP/1.1\r\nContent-Length: 9\r\n\r\n{}", 400),
            (b"POST /run HTTP/1.1\r\nContent-Length: 104857601\r\n\r\n", 413),
            (b"POST /run HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
            (b"POST /nowhere HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 404),
            (b"GET /run HTTP/1.1\r\n\r\n", 501),
            (b"rubbish\r\n\r\n", 400),
            (b"POST /run HTTP/9.9\r\n\r\n", 505),
            (b"POST /run HTTP/1.1\r\n" + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        ],
    )
    def test_malformed_request_is_refused_in_json(self, shared: Server, request_: bytes, status: int) -> None:
        head, body = shared.send(request_)

        assert head.startswith(b"HTTP/1.1 %d " % status)
        assert json.loads(body)["error"]
        assert shared.run({"a": 1})[1]["a"] == 1

    def test_body_that_is_too_large_is_taken_before_the_connection_closes(self, shared: Server) -> None:
        """Else the client would meet a reset connection in place of the answer."""
        request = b"POST /run HTTP/1.1\r\nContent-Length: 104857601\r\n\r\n" + b"x" * 5_000_000

        assert shared.send(request)[0].startswith(b"HTTP/1.1 413 ")

    def test_connection_serves_one_request_after_another(self, shared: Server) -> None:
        connection = HTTPConnection("127.0.0.1", shared.port, timeout=TIMEOUT_S)
        for number in range(3):
            connection.request("POST", "/run", json.dumps({"value": {"a": number}}))
            response = connection.getresponse()
            assert json.loads(response.read())["a"] == number
        connection.close()

    def test_client_that_leaves_early_does_no_harm(self, shared: Server) -> None:
        with socket.create_connection(("127.0.0.1", shared.port)) as client:
            client.sendall(b"POST /run HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")

        assert shared.run({"a": 1})[1]["a"] == 1

    def test_idle_connection_does_not_hold_up_the_exit(self, server: Server) -> None:
        with socket.create_connection(("127.0.0.1", server.port)):
            assert server.init(ECHO)[0] == 200
            assert server.stop()[0] == 0


def test_port_in_use_says_what_to_do(shared: Server) -> None:
    command = [sys.executable, "-m", "platforms.openwhisk", "--port", str(shared.port)]
    result = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, timeout=TIMEOUT_S, check=False)

    assert result.returncode == 1
    assert result.stderr == (
        f"error: cannot listen on 127.0.0.1:{shared.port}: Address already in use; choose another --port\n"
    )
