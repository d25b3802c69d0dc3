"""What `make serve` runs: the function is served, reloaded when it changes, and a mistake in it is told, not fatal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance import Request

from . import http
from .processes import REPOSITORY_DIR, python, running

HANDLER = "def handle(event, context):\n    return {answer!r}\n"


def test_reload_serves_the_new_handler_and_survives_a_broken_one(tmp_path: Path) -> None:
    handler = tmp_path / "function" / "handler.py"
    handler.parent.mkdir()
    handler.write_text(HANDLER.format(answer="one"))
    port = http.free_port()
    command = python("platforms.wsgi", "--reload", "--port", str(port))
    with running(command, environ={"PYTHONPATH": str(REPOSITORY_DIR)}, cwd=tmp_path) as process:
        process.wait_for_line("serving")
        assert http.send(Request(), port).body == b"one"

        handler.write_text("def handle(event, context)\n")
        process.wait_for_line("handler.py:1: expected ':'")
        handler.write_text(HANDLER.format(answer="two"))
        process.wait_for_line("serving")
        assert http.send(Request(), port).body == b"two"


def test_serve_says_where_it_listens_and_how_to_call_it() -> None:
    port = http.free_port()
    with running(python("platforms.wsgi", "--port", str(port))) as process:
        assert process.wait_for_line("serving").endswith(f"http://127.0.0.1:{port}/\n")
        assert process.wait_for_line("call it").endswith(f"curl -X POST http://127.0.0.1:{port}/\n")
        assert process.terminate() == 0


def test_serve_on_a_port_that_is_taken_says_so() -> None:
    for server in ("waitress", "granian"):
        port = http.free_port()
        with running(python("platforms.wsgi", "--port", str(port))) as first:
            first.wait_for_line("serving")
            with running(python("platforms.wsgi", "--port", str(port), "--server", server)) as second:
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
    with running(python("platforms.openfaas", "--reload", *arguments)) as process:
        process.wait_for_line("serving")
        assert http.send(Request(), port).body == b"other"
        assert http.send(Request("GET", "/_/health"), port).body == b"OK"

        other.write_text(HANDLER.format(answer="changed"))
        process.wait_for_line("serving")
        assert http.send(Request(), port).body == b"changed"
