"""SIGTERM in the middle of a request: probes fail at once, the answer arrives whole, the process exits 0."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.conformance import Broken, Reply, Request
from tests.tools import require

from . import artifacts, http
from .containers import image, run_container
from .processes import TIMEOUT_S, python, running

SLOW = {"HANDLER": artifacts.handler_of(artifacts.SLOW), "healthcheck_interval": "1s"}
SERVERS = [
    ("platforms.wsgi", "waitress"),
    ("platforms.wsgi", "granian"),
    ("platforms.openfaas", "waitress"),
    ("platforms.openfaas", "granian"),
]


@pytest.fixture
def caller() -> Iterator[ThreadPoolExecutor]:
    """Give a thread for the request that must not be lost."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


def call(caller: ThreadPoolExecutor, port: int, pipe: str) -> Future[Reply]:
    return caller.submit(http.send, Request("POST", "/", (("X-Pipe", pipe),)), port)


def tell(pipe: Path) -> None:
    """Let the handler that waits on `pipe` answer."""
    pipe.write_text("go on")


def health_until(status: int, port: int) -> None:
    """Ask for /_/health until it says `status`: the signal is delivered in its own time."""
    for _ in range(10_000):
        if http.send(Request("GET", "/_/health"), port).status == status:
            return
    raise AssertionError(f"/_/health never answered {status}")


@pytest.mark.parametrize(("module", "server"), SERVERS)
def test_sigterm_in_a_request_lets_it_finish_and_exits_0(
    module: str, server: str, caller: ThreadPoolExecutor, tmp_path: Path
) -> None:
    port = http.free_port()
    command = python(module, "--host", "127.0.0.1", "--port", str(port), "--server", server)
    with running(command, environ=SLOW) as process:
        process.wait_for_line("serving")
        answer = call(caller, port, str(tmp_path / "pipe"))
        process.wait_for_line("waiting on")
        process.process.terminate()
        if module == "platforms.openfaas":
            health_until(503, port)
        assert process.process.poll() is None
        tell(tmp_path / "pipe")

        assert answer.result(TIMEOUT_S).json() == {"told": "go on"}
        assert process.process.wait(TIMEOUT_S) == 0


@pytest.mark.parametrize("server", ["waitress", "granian"])
def test_sigterm_with_an_open_connection_still_answers_on_it(
    server: str, caller: ThreadPoolExecutor, tmp_path: Path
) -> None:
    port = http.free_port()
    command = python("platforms.openfaas", "--host", "127.0.0.1", "--port", str(port), "--server", server)
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    with running(command, environ=SLOW) as process:
        process.wait_for_line("serving")
        connection.request("GET", "/_/ready")
        assert connection.getresponse().read() == b"OK"
        answer = call(caller, port, str(tmp_path / "one"))
        process.wait_for_line("waiting on")
        process.process.terminate()
        health_until(503, port)
        connection.request("GET", "/_/ready")
        ready = connection.getresponse()
        assert (ready.status, ready.read()) == (503, b"the function is shutting down")
        http.begin(Request("POST", "/", (("X-Pipe", str(tmp_path / "two")),)), connection)
        process.wait_for_line("waiting on")
        tell(tmp_path / "two")
        tell(tmp_path / "one")

        assert connection.getresponse().read() == b'{"told": "go on"}'
        assert answer.result(TIMEOUT_S).status == 200
        assert process.process.wait(TIMEOUT_S) == 0
    connection.close()


def test_sigterm_with_a_handler_that_never_ends_gives_up_and_exits_1(
    caller: ThreadPoolExecutor, tmp_path: Path
) -> None:
    port = http.free_port()
    command = python("platforms.openfaas", "--host", "127.0.0.1", "--port", str(port))
    environ = {**SLOW, "write_timeout": "100ms", "healthcheck_interval": "1ms"}
    with running(command, environ=environ) as process:
        process.wait_for_line("serving")
        answer = call(caller, port, str(tmp_path / "pipe"))
        process.wait_for_line("waiting on")

        assert process.terminate() == 1
        assert any("unanswered" in line for line in process.output)
        assert answer.exception(TIMEOUT_S) or answer.result().status >= 500


@pytest.mark.parametrize("server", ["waitress", "granian"])
def test_sigterm_with_a_client_that_takes_no_answer_gives_up_and_exits_1(server: str, tmp_path: Path) -> None:
    function_dir = tmp_path / "big"
    function_dir.mkdir()
    source = "def handle(event, context):\n    print('answering', flush=True)\n    return b'x' * 50_000_000\n"
    (function_dir / "handler.py").write_text(source)
    port = http.free_port()
    arguments = ("--host", "127.0.0.1", "--port", str(port), "--server", server, "--function", str(function_dir))
    environ = {"write_timeout": "200ms", "healthcheck_interval": "1ms"}
    with running(python("platforms.openfaas", *arguments), environ=environ) as process:
        process.wait_for_line("serving")
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            process.wait_for_line("answering")
            assert client.recv(1) == b"H"

            assert process.terminate() == 1


@pytest.mark.parametrize("server", ["waitress", "granian"])
@pytest.mark.parametrize("case", ["exit", "stream-exit"])
def test_handler_that_exits_is_answered_and_ends_the_process_with_its_code(server: str, case: str) -> None:
    port = http.free_port()
    command = python("platforms.wsgi", "--port", str(port), "--server", server)
    environ = {"HANDLER": artifacts.handler_of(artifacts.CONFORMANCE)}
    with running(command, environ=environ) as process:
        process.wait_for_line("serving")
        request = Request("POST", "/", (("X-Case", case),))
        if case == "exit":
            assert http.send(request, port).json()["error"] == "the function exited"
        else:
            with pytest.raises(Broken):
                http.send(request, port)

        assert process.process.wait(TIMEOUT_S) == 3


def start_watchdog(port: int, upstream: int) -> dict[str, str]:
    command = python("platforms.openfaas", "--host", "127.0.0.1", "--port", str(upstream))
    return {
        **SLOW,
        "mode": "http",
        "port": str(port),
        "upstream_url": f"http://127.0.0.1:{upstream}",
        "fprocess": " ".join(command),
    }


@pytest.mark.runtime
def test_sigterm_behind_of_watchdog_lets_the_request_finish_and_exits_0(
    caller: ThreadPoolExecutor, tmp_path: Path
) -> None:
    watchdog = require("of-watchdog")
    port, upstream = http.free_port(), http.free_port()
    with running([watchdog], environ=start_watchdog(port, upstream)) as process:
        http.wait_for_port(upstream, "/_/health")
        http.wait_for_port(port, "/_/health")
        answer = call(caller, port, str(tmp_path / "pipe"))
        process.wait_for_line("waiting on")
        process.process.terminate()
        health_until(503, port)
        tell(tmp_path / "pipe")

        assert answer.result(TIMEOUT_S).json() == {"told": "go on"}
        assert process.process.wait(TIMEOUT_S) == 0


@pytest.mark.runtime
def test_sigterm_to_the_container_lets_the_request_finish_and_exits_0(caller: ThreadPoolExecutor) -> None:
    require("docker")
    with image(artifacts.SLOW) as tag, run_container(tag) as container:
        http.wait_for_port(container.port, "/_/health")
        answer = call(caller, container.port, "/tmp/pipe")
        container.wait_for_log("waiting on")
        container.docker.kill("SIGTERM")
        health_until(503, container.port)
        container.docker.exec_run(["python", "-c", "open('/tmp/pipe', 'w').write('go on')"])

        assert answer.result(TIMEOUT_S).json() == {"told": "go on"}
        assert container.docker.wait(timeout=TIMEOUT_S)["StatusCode"] == 0
