"""What `make serve` runs: the function is served, reloaded when it changes, and a mistake in it is told, not fatal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conformance import Broken, Reply, Request

from . import http
from .artifacts import SAMPLE
from .processes import REPOSITORY_DIR, TIMEOUT_S, Server, python, running

HANDLER = "def handle(event, context):\n    return {answer!r}\n"
WAITING = """
import pathlib, time

def handle(event, context):
    pathlib.Path("begun").touch()
    while not pathlib.Path("go").exists():
        time.sleep(0.01)
    return "waited"
"""
READING = """
import pathlib

NAMES = " ".join(sorted(path.name for path in pathlib.Path("function").glob("[!._]*")))

def handle(event, context):
    return NAMES
"""


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up_s = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < give_up_s
        time.sleep(0.01)


def wait_for_draining(port: int) -> None:
    wait_until(lambda: http.send(Request("GET", "/_/health"), port).status == 503)


@contextmanager
def waiting_request(folder: Path, process: Server, port: int) -> Iterator[Future[Reply]]:
    """Give a request that is in flight until the file "go" is there."""
    process.wait_for_line("serving")
    with ThreadPoolExecutor(1) as pool:
        reply = pool.submit(http.send, Request(), port)
        try:
            wait_until((folder / "begun").exists)
            yield reply
        finally:
            (folder / "go").touch()


@contextmanager
def reloading(folder: Path, platform: str, handler: str) -> Iterator[tuple[Path, Server, int]]:
    """Serve a handler in a folder of its own, watched; give its file, the process and the port."""
    path = folder / "function" / "handler.py"
    path.parent.mkdir()
    path.write_text(handler)
    port = http.free_port()
    command = python("portable", "serve", "--platform", platform, "--host", "127.0.0.1", "--port", str(port))
    with running(command, environ={"PYTHONPATH": str(REPOSITORY_DIR)}, cwd=folder) as process:
        yield path, process, port


def test_reload_serves_the_new_handler_and_survives_a_broken_one(tmp_path: Path) -> None:
    with reloading(tmp_path, "wsgi", HANDLER.format(answer="one")) as (handler, process, port):
        process.wait_for_line("serving")
        assert http.send(Request(), port).body == b"one"

        handler.write_text("def handle(event, context)\n")
        process.wait_for_line("handler.py:1: expected ':'")
        handler.write_text(HANDLER.format(answer="two"))
        process.wait_for_line("serving")
        assert http.send(Request(), port).body == b"two"


def test_reload_lets_a_request_in_flight_finish(tmp_path: Path) -> None:
    with reloading(tmp_path, "openfaas", WAITING) as (handler, process, port):
        with waiting_request(tmp_path, process, port) as reply:
            handler.write_text(HANDLER.format(answer="new"))
            wait_for_draining(port)
        assert reply.result(TIMEOUT_S).body == b"waited"

        process.wait_for_line("serving")
        assert http.send(Request(), port).body == b"new"


def test_sigterm_while_reloading_is_on_lets_a_request_in_flight_finish(tmp_path: Path) -> None:
    with reloading(tmp_path, "openfaas", WAITING) as (_, process, port):
        with waiting_request(tmp_path, process, port) as reply:
            process.process.terminate()
            wait_for_draining(port)
        assert reply.result(TIMEOUT_S).body == b"waited"
        assert process.process.wait(TIMEOUT_S) == 0


def test_a_server_that_is_killed_is_started_again(tmp_path: Path) -> None:
    killing = "import os, signal\n\ndef handle(event, context):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    with reloading(tmp_path, "wsgi", killing) as (_, process, port):
        for _ in range(2):
            process.wait_for_line("serving")
            with pytest.raises(Broken):
                http.send(Request(), port)


def test_reload_heeds_files_of_every_kind_but_hidden_ones(tmp_path: Path) -> None:
    with reloading(tmp_path, "wsgi", READING) as (handler, process, port):
        process.wait_for_line("serving")
        handler.with_name(".swap").write_text("x")
        handler.with_name("text").write_text("new")
        process.wait_for_line("serving")

        assert http.send(Request(), port).body == b"handler.py text"


def test_serve_says_where_it_listens_and_how_to_call_it() -> None:
    port = http.free_port()
    with running(python("platforms.wsgi", "--function", str(SAMPLE), "--port", str(port))) as process:
        assert process.wait_for_line("serving").endswith(f"http://127.0.0.1:{port}/\n")
        assert process.wait_for_line("call it").endswith(f"curl http://127.0.0.1:{port}/\n")
        assert process.terminate() == 0


def test_serve_on_a_port_that_is_taken_says_so() -> None:
    for server in ("waitress", "granian"):
        port = http.free_port()
        command = python("platforms.wsgi", "--function", str(SAMPLE), "--port", str(port))
        with running(command) as first:
            first.wait_for_line("serving")
            with running([*command, "--server", server]) as second:
                line = second.wait_for_line("error: ")

                assert f"127.0.0.1:{port}" in line
                assert "--port" in line
                assert second.process.wait(60) == 1


@pytest.mark.parametrize(
    ("module", "arguments", "environ", "complaint"),
    [
        ("platforms.wsgi", ("--port", "99999"), {}, "'99999' is not a port"),
        ("platforms.wsgi", (), {"PORT": "http"}, "'http' is not a port"),
        ("platforms.wsgi", ("--threads", "0"), {}, "'0' is not a whole number above 0"),
        ("platforms.wsgi", (), {"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'LOUD'"),
        ("platforms.openfaas", ("--server", "apache"), {}, "invalid choice: 'apache'"),
        ("platforms.openwhisk", ("--port", "-1"), {}, "'-1' is not a port"),
        ("platforms.openwhisk", (), {"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'LOUD'"),
    ],
)
def test_malformed_argument_is_told_and_exits_2(
    module: str, arguments: tuple[str, ...], environ: dict[str, str], complaint: str
) -> None:
    with running(python(module, *arguments), environ=environ) as process:
        assert complaint in process.wait_for_line(f"python -m {module}: error:")
        assert process.process.wait(60) == 2


def test_another_function_folder_is_served_and_watched(tmp_path: Path) -> None:
    other = tmp_path / "my-other" / "handler.py"
    other.parent.mkdir()
    other.write_text(HANDLER.format(answer="other"))
    port = http.free_port()
    arguments = ("--function", str(other.parent), "--host", "127.0.0.1", "--port", str(port))
    command = python("portable", "serve", "--platform", "openfaas", *arguments)
    with running(command, environ={"PYTHONPATH": str(REPOSITORY_DIR)}, cwd=tmp_path) as process:
        process.wait_for_line("serving")
        assert http.send(Request(), port).body == b"other"
        assert http.send(Request("GET", "/_/health"), port).body == b"OK"

        other.write_text(HANDLER.format(answer="changed"))
        process.wait_for_line("serving")
        assert http.send(Request(), port).body == b"changed"
