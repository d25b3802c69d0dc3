"""The deployer's local run: the zip that would be uploaded, under AWS's own runtime client, behind a front door."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import Reply, Request
from tests.functions.conformance.handler import ALL_BYTES
from tests.sample.function.handler import MEDITATIONS

from .. import artifacts, http
from ..dap import Debugger
from ..processes import TIMEOUT_S
from ..test_broken_handlers import broken, write_function
from .aws_run import local_run, port_of

# `event.path` names what it does
DOING = """\
import io
import json
import os
import sys
import time


def handle(event, context):
    return globals()[event.path.strip("/")](event, context)


def facts(event, context):
    return {
        "pid": os.getpid(),
        "path": sys.path[:2],
        "environ": dict(os.environ),
        "remaining_s": context.remaining_seconds(),
    }


def secret(event, context):
    return context.secret("api-key")


def echo(event, context):
    return event.body


def fail(event, context):
    raise ValueError("no")


def leave(event, context):
    os._exit(3)


def hang(event, context):
    time.sleep(3600)


def big(event, context):
    return "x" * (7 * 2**20)


def needs_yaml(event, context):
    import yaml
"""


@pytest.fixture(scope="module")
def sample() -> Iterator[int]:
    """Serve the sample."""
    with local_run(artifacts.SAMPLE) as process:
        yield port_of(process)


@pytest.fixture
def doing(tmp_path: Path) -> Path:
    """Lay out the function that does what its path names."""
    return write_function(tmp_path, DOING)


def send(port: int, target: str = "/", body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
    return http.send(Request("POST", target, tuple((headers or {}).items()), body), port)


class TestSample:
    def test_a_post_is_answered_with_a_meditation(self, sample: int) -> None:
        reply = send(sample)

        assert (reply.status, reply.header("content-type")) == (200, "application/json")
        assert reply.json()["meditation"] in MEDITATIONS

    def test_a_get_is_refused_by_the_function(self, sample: int) -> None:
        assert http.send(Request("GET", "/"), sample).status == 405

    @pytest.mark.parametrize(("method", "target"), [("POST", "/other"), ("DELETE", "/")])
    def test_what_is_not_in_the_spec_is_refused_by_the_door(self, sample: int, method: str, target: str) -> None:
        reply = http.send(Request(method, target), sample)

        assert (reply.status, reply.json()) == (403, {"message": "Missing Authentication Token"})


def test_a_function_finds_what_lambda_gives_it_and_nothing_of_this_machine(doing: Path) -> None:
    secrets = {"API_KEY": "s3cret", "AWS_SECRET_ACCESS_KEY": "never"}
    settings: dict[str, Any] = {"environment": {"GREETING": "hello"}, "secrets": ["api-key", "absent"], "timeout_s": 60}
    with local_run(doing, environ=secrets, **settings) as process:
        assert process.wait_for_line("note: ") == "note: secret 'absent' is not set here: export ABSENT=...\n"
        port = port_of(process)
        found = send(port, "/facts").json()

        task_dir = Path(found["environ"]["LAMBDA_TASK_ROOT"])
        assert [Path(path).name for path in found["path"]] == ["task", "runtime"]
        assert found["environ"]["GREETING"] == "hello"
        assert not {"AWS_SECRET_ACCESS_KEY", "API_KEY", "VIRTUAL_ENV"} & set(found["environ"])
        assert 0 < found["remaining_s"] <= 60
        assert send(port, "/secret").body == b"s3cret"
        assert not any("s3cret" in line for line in process.output)
        assert process.terminate() == 0
    assert not task_dir.exists()


def test_a_package_that_the_zip_lacks_is_missing_here_too(doing: Path) -> None:
    with local_run(doing) as process:
        assert send(port_of(process), "/needs_yaml").status == 500

        process.wait_for_line("No module named 'yaml'")


@pytest.mark.parametrize("door", ["rest", "http", "url"])
def test_bytes_pass_both_ways(doing: Path, door: str) -> None:
    with local_run(doing, front_door=door) as process:
        reply = send(port_of(process), "/echo", ALL_BYTES, {"Content-Type": "application/octet-stream"})

        assert reply.body == ALL_BYTES


def test_a_handler_s_exception_is_a_500_and_in_the_log_under_the_request_s_id(doing: Path) -> None:
    with local_run(doing) as process:
        reply = send(port_of(process), "/fail")

        assert reply.status == 500
        record = json.loads(process.wait_for_line("ValueError"))
        assert (record["level"], record["requestId"]) == ("ERROR", reply.json()["requestId"])
        assert reply.header("x-amzn-requestid") == reply.json()["requestId"]


def test_an_exception_that_reaches_lambda_is_a_502(doing: Path) -> None:
    with local_run(doing, environment={"RAISE_ERRORS": "1"}) as process:
        reply = send(port_of(process), "/fail")

        assert (reply.status, reply.json()) == (502, {"message": "Internal server error"})
        assert "ValueError: no" in process.wait_for_line("POST /fail 502")


def test_a_function_that_ends_its_process_is_a_502_and_the_next_request_a_cold_start(doing: Path) -> None:
    with local_run(doing) as process:
        port = port_of(process)
        first = send(port, "/facts").json()["pid"]

        assert send(port, "/leave").status == 502
        assert "Runtime exited with error: exit status 3" in process.wait_for_line("POST /leave 502")
        assert send(port, "/facts").json()["pid"] != first
        assert " cold " in process.wait_for_line("POST /facts 200")


def test_a_function_over_its_time_is_killed_and_the_next_request_a_cold_start(doing: Path) -> None:
    with local_run(doing, timeout_s=2) as process:
        port = port_of(process)
        first = send(port, "/facts").json()["pid"]

        assert send(port, "/hang").status == 502
        assert "Task timed out after 2.00 seconds" in process.wait_for_line("POST /hang 502")
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
        assert send(port, "/facts").json()["pid"] != first
        assert " cold " in process.wait_for_line("POST /facts 200")


def test_ten_requests_at_once_are_each_in_a_runtime_of_its_own(tmp_path: Path) -> None:
    pipes = [tmp_path / str(number) for number in range(10)]
    with local_run(artifacts.SLOW, timeout_s=60) as process, ThreadPoolExecutor(len(pipes)) as callers:
        port = port_of(process)
        calls = [callers.submit(send, port, headers={"X-Pipe": str(pipe)}) for pipe in pipes]
        for _ in pipes:
            process.wait_for_line("waiting on")
        for pipe in pipes:
            pipe.write_text(pipe.name)

        assert [call.result(TIMEOUT_S).json() for call in calls] == [{"told": pipe.name} for pipe in pipes]


@broken
def test_a_handler_that_cannot_be_used_ends_the_run_at_once_and_says_why(
    source: str, where: str, what: str, tmp_path: Path
) -> None:
    with local_run(write_function(tmp_path, source)) as process:
        line = process.wait_for_line("error: the function does not start: ")

        assert where in line
        assert what in line
        assert process.process.wait(TIMEOUT_S) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_and_every_process_of_it_in_the_middle_of_a_request(
    number: signal.Signals, tmp_path: Path
) -> None:
    function_dir = write_function(tmp_path, DOING.replace("time.sleep", 'print("pid", os.getpid()); time.sleep'))
    with local_run(function_dir, timeout_s=900) as process, ThreadPoolExecutor(1) as caller:
        answer = caller.submit(send, port_of(process), "/hang")
        pid = int(process.wait_for_line("pid ").split()[1])
        process.process.send_signal(number)

        assert process.process.wait(TIMEOUT_S) == 0
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert answer.exception(TIMEOUT_S) is not None or answer.result().status == 502


def test_debug_waits_for_a_debugger_which_stops_in_the_source_and_not_in_the_zip() -> None:
    debug = http.free_port()
    handler = artifacts.SAMPLE / "handler.py"
    line = 1 + handler.read_text().splitlines().index('    if event.method != "POST":')
    with local_run(artifacts.SAMPLE, debug=debug) as process, ThreadPoolExecutor(1) as caller:
        process.wait_for_line(f"waiting for a debugger on 127.0.0.1:{debug}")
        assert not any("serving" in one for one in process.output)
        with Debugger(debug) as debugger:
            debugger.attach({str(handler): [line]})
            answer = caller.submit(send, port_of(process))
            thread, path, stopped_at = debugger.wait_for_stop()
            assert (path, stopped_at) == (str(handler), line)
            debugger.request("continue", threadId=thread)

            assert answer.result(TIMEOUT_S).status == 200
            debugger.request("disconnect")
        assert process.terminate() == 0


def test_a_taken_port_of_the_debugger_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        with local_run(artifacts.SAMPLE, debug=port) as process:
            assert f"cannot listen on 127.0.0.1:{port} for the debugger" in process.wait_for_line("error: ")
            assert process.process.wait(TIMEOUT_S) == 2
