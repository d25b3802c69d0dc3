"""What `make serve` runs: the function is served, reloaded when it changes, and a mistake in it is told, not fatal."""

from __future__ import annotations

from pathlib import Path

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
