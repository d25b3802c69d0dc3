"""The function under a debugger, as docs/debugging.md has it: a caller waits while somebody steps."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from portable.verbs.serve import command as serve
from tests.conformance import Reply, Request
from tests.sample import FUNCTION_DIR
from tests.tools import python_image, require

from . import http
from .dap import Debugger
from .gateway.compose import copy_into, run
from .processes import REPOSITORY_DIR, TIMEOUT_S, Server, running

HANDLER = FUNCTION_DIR / "handler.py"
MARK = 'if event.method != "POST":'
UNMEASURED = {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}  # it traces, as the debugger does
PDB_HANDLER = """
def handle(event, context):
    answer = "stepped"
    breakpoint()
    return answer
"""


def line_of(mark: str, path: Path = HANDLER) -> int:
    """Return the number of the line of a file that has `mark`."""
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if mark in line)


def configurations() -> dict[str, Any]:
    """Return the configurations of the guide's launch.json, by name."""
    block = re.search(r"```json\n(.*?)```", (REPOSITORY_DIR / "docs" / "debugging.md").read_text(), re.DOTALL)
    assert block
    return {one["name"]: one for one in json.loads(block[1])["configurations"]}


def attached_to(port: int) -> Debugger:
    """Return a debugger that is connected, once somebody listens."""
    give_up_s = time.monotonic() + TIMEOUT_S
    while True:
        try:
            return Debugger(port)
        except ConnectionRefusedError:
            assert time.monotonic() < give_up_s
            time.sleep(0.02)


@contextmanager
def make_debug(folder: Path, *, waits: bool) -> Iterator[tuple[Server, int, int]]:
    """Run `make debug` in the sample project, copied; give the process, the function's port and the debugger's."""
    port, debug_port = http.free_port(), http.free_port()
    options = [f"VENV={sys.prefix}", f"DEBUG_PORT={debug_port}", *(["DEBUG_WAIT=1"] if waits else [])]
    command = ["make", "--no-print-directory", f"--old-file={sys.prefix}/.tool", "debug", *options]
    for name in ("Makefile", "function"):
        copy_into(folder, name)
    with running(command, environ={**UNMEASURED, "PORT": str(port)}, cwd=folder) as process:
        yield process, port, debug_port


def step_through(debugger: Debugger, caller: Future[Reply], handler: str) -> None:
    """Look around where the handler stopped, let it go on, and see that the caller has waited for that."""
    thread, path, line = debugger.wait_for_stop()
    frame = debugger.request("stackTrace", threadId=thread)["body"]["stackFrames"][0]["id"]
    value = debugger.request("evaluate", expression="event.method", frameId=frame)["body"]["result"]

    assert (path, line, value) == (handler, line_of(MARK), "'POST'")
    assert not caller.done()
    debugger.request("continue", threadId=thread)
    assert caller.result(TIMEOUT_S).json()["status"] == "success"


@pytest.mark.parametrize("waits", [False, True])
def test_a_caller_waits_while_somebody_steps_through_the_handler(tmp_path: Path, waits: bool) -> None:  # noqa: FBT001
    handler = str(tmp_path / "function" / "handler.py")
    with make_debug(tmp_path, waits=waits) as (process, port, debug_port), ThreadPoolExecutor(1) as pool:
        process.wait_for_line("waiting for a debugger" if waits else "serving")
        if not waits:
            assert http.send(Request("POST", "/"), port).status == 200
        with attached_to(debug_port) as debugger:
            debugger.attach({handler: [line_of(MARK)]})
            if waits:
                process.wait_for_line("serving")

            step_through(debugger, pool.submit(http.send, Request("POST", "/"), port), handler)
        assert sum("serving" in line for line in process.output) == 1


def test_a_function_goes_on_without_its_debugger(tmp_path: Path) -> None:
    with make_debug(tmp_path, waits=False) as (process, port, debug_port):
        process.wait_for_line("serving")
        with attached_to(debug_port) as debugger:
            debugger.attach({str(tmp_path / "function" / "handler.py"): [line_of(MARK)]})
            debugger.request("disconnect")

        assert http.send(Request("POST", "/"), port).status == 200


def test_breakpoint_is_pdb_in_the_terminal_of_the_server(tmp_path: Path) -> None:
    handler = tmp_path / "function" / "handler.py"
    handler.parent.mkdir()
    handler.write_text(PDB_HANDLER)
    port = http.free_port()
    command = [sys.executable, "-m", "portable", "serve", "--port", str(port)]
    environ = {**os.environ, **UNMEASURED, "PYTHONPATH": str(REPOSITORY_DIR), "PYTHONUNBUFFERED": "1"}
    with (
        subprocess.Popen(
            command, cwd=tmp_path, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process,
        ThreadPoolExecutor(1) as pool,
    ):
        assert process.stdin
        assert process.stdout
        give_up = threading.Timer(TIMEOUT_S, process.kill)
        give_up.start()
        try:
            assert any("serving" in line for line in process.stdout)
            reply = pool.submit(http.send, Request("POST", "/"), port)
            assert any(line.startswith("-> ") for line in process.stdout)
            assert not reply.done()
            process.stdin.write("answer = answer + ' through'\nc\n")
            process.stdin.flush()

            assert reply.result(TIMEOUT_S).body == b"stepped through"
        finally:
            give_up.cancel()
            process.terminate()


def test_guide_has_the_ports_of_the_commands() -> None:
    ports = {one["connect"]["port"] for one in configurations().values()}
    service = yaml.safe_load((REPOSITORY_DIR / "docker-compose.yml").read_text())["services"]["debug"]

    assert ports == {5678}
    assert {one["connect"]["host"] for one in configurations().values()} == {"127.0.0.1"}
    assert {option.name: option.default for option in serve.params}["debug_port"] == 5678
    assert service["profiles"] == ["debug"]
    assert service["ports"] == ["127.0.0.1:${FUNCTION_PORT:-8081}:8080", "127.0.0.1:${DEBUG_PORT:-5678}:5678"]


def test_guide_maps_the_folder_to_where_it_is_in_the_container() -> None:
    (mapping,) = configurations()["Function: docker compose"]["pathMappings"]
    dockerfile = (REPOSITORY_DIR / "portable" / "serving" / "Dockerfile").read_text()

    assert mapping == {"localRoot": "${workspaceFolder}", "remoteRoot": "/app"}
    assert "\nWORKDIR /app\n" in dockerfile
    assert "pathMappings" not in configurations()["Function: make debug"]


@pytest.mark.runtime
def test_a_caller_waits_while_somebody_steps_through_the_handler_in_a_container(tmp_path: Path) -> None:
    require("docker")
    compose = require("docker-compose")
    for name in ("docker-compose.yml", ".dockerignore", "function", "platforms", "portable", "requirements"):
        copy_into(tmp_path, name)
    port, debug_port = http.free_port(), http.free_port()
    ports = {"FUNCTION_PORT": str(port), "DEBUG_PORT": str(debug_port), "NETWORK": f"portable-test-{port}"}
    environ = {**os.environ, **ports, "PYTHON_IMAGE": python_image(), "TAG": "debug-test"}
    command = (compose, "--project-name", f"portable-test-{port}", "--profile", "debug")
    handler = str(tmp_path / "function" / "handler.py")
    configuration = json.dumps(configurations()["Function: docker compose"])
    mapping = json.loads(configuration.replace("${workspaceFolder}", str(tmp_path)))["pathMappings"]
    try:
        run(*command, "up", "--build", "--detach", "debug", cwd=tmp_path, environ=environ)
        http.wait_for_port(port)  # by then the debugger's is there as well
        with Debugger(debug_port) as debugger, ThreadPoolExecutor(1) as pool:
            debugger.attach({handler: [line_of(MARK)]}, pathMappings=mapping)
            step_through(debugger, pool.submit(http.send, Request("POST", "/"), port), handler)
    finally:
        run(*command, "down", "--timeout", "1", cwd=tmp_path, environ=environ)
