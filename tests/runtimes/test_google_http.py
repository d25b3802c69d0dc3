"""The packaged folder under Google's own functions-framework: what it does beside answering requests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conformance import Request

from . import http
from .artifacts import CONFORMANCE, SLOW
from .google import CLOUD_RUN, Framework, command, framework, packaged
from .processes import TIMEOUT_S, running
from .test_broken_handlers import broken, write_function

ON_CLOUD_RUN = {**CLOUD_RUN, "K_SERVICE": "meditations", "RAISE_ERRORS": "1"}
ECHO = ("X-Case", "echo")


@pytest.fixture(scope="module")
def served() -> Iterator[Framework]:
    """Start the framework as on Cloud Run, with errors for Google's own reports of them."""
    with framework(CONFORMANCE, environ=ON_CLOUD_RUN) as started:
        yield started


def test_client_scheme_and_service_are_what_cloud_run_says(served: Framework) -> None:
    forwarded = (("X-Forwarded-For", "198.51.100.7, 203.0.113.12"), ("X-Forwarded-Proto", "https"))
    seen = http.send(Request("POST", "/", (ECHO, *forwarded)), served.port).json()

    assert (seen["client_ip"], seen["scheme"], seen["function_name"]) == ("203.0.113.12", "https", "meditations")


def test_request_id_is_the_execution_s_or_one_that_the_framework_makes(served: Framework) -> None:
    sent = Request("POST", "/", (ECHO, ("Function-Execution-Id", "zNoKKfEjuM0A")))

    assert http.send(sent, served.port).json()["request_id"] == "zNoKKfEjuM0A"
    assert len(http.send(Request("POST", "/", (ECHO,)), served.port).json()["request_id"]) == 12


def test_raised_error_is_a_crash_to_google_and_no_text_to_the_caller(served: Framework) -> None:
    reply = http.send(Request("POST", "/", (("X-Case", "raise"),)), served.port)

    assert (reply.status, reply.header("x-google-status")) == (500, "crash")
    assert b"secret" not in reply.body
    served.process.wait_for_line("RuntimeError: secret detail")


@pytest.mark.parametrize(
    ("head", "body", "why"),
    [
        (b"Content-Length: 10", b"abc", b"cut short: 3 bytes of the 10"),
        (b"Transfer-Encoding: chunked", b"5\r\nabc", b"the body cannot be read: "),
        (b"Transfer-Encoding: chunked", b"zz\r\nabc\r\n0\r\n\r\n", b"the body cannot be read: "),
    ],
    ids=["cut-short", "chunk-cut-short", "malformed-chunk"],
)
def test_body_that_is_not_whole_answers_400(served: Framework, head: bytes, body: bytes, why: bytes) -> None:
    received = http.raw(b"POST / HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n%s" % (head, body), served.port, then_nothing=True)

    assert received.startswith(b"HTTP/1.1 400 ")
    assert why in received


@pytest.mark.parametrize("path", ["/robots.txt", "/favicon.ico"])
def test_path_that_the_framework_keeps_for_itself_is_a_404(served: Framework, path: str) -> None:
    assert http.send(Request("GET", path), served.port).status == 404


def test_script_started_in_another_folder_serves_the_packaged_function(tmp_path: Path) -> None:
    port = http.free_port()
    with packaged(CONFORMANCE) as package_dir:
        script = str(Path(sys.executable).with_name("functions-framework"))
        arguments = command(package_dir, port, "handle_http", "http")[3:]
        with running([script, *arguments], environ={**CLOUD_RUN, "LOG_EXECUTION_ID": "true"}, cwd=tmp_path) as process:
            http.wait_for_port(port)
            seen = http.send(Request("POST", "/a", (ECHO, ("Function-Execution-Id", "zNoKKfEjuM0A"))), port)
            failed = Request("POST", "/", (("X-Case", "raise"), ("Function-Execution-Id", "failedEjuM0A")))

            assert seen.json()["platform"] == "google_cloud"
            assert http.send(failed, port).json() == {"error": "internal error", "requestId": "failedEjuM0A"}
            assert '"execution_id": "failedEjuM0A"' in process.wait_for_line("failed in the handler")


@broken
def test_framework_with_a_broken_handler_exits_and_says_why(source: str, where: str, what: str, tmp_path: Path) -> None:
    with (
        packaged(write_function(tmp_path, source)) as package_dir,
        running(command(package_dir, http.free_port(), "handle_http", "http")) as process,
    ):
        line = process.wait_for_line("HandlerError: ")

        assert process.process.wait(TIMEOUT_S) == 1
        assert where in line
        assert what in line


def test_target_that_is_not_there_is_told_the_two_that_are() -> None:
    with (
        packaged(CONFORMANCE) as package_dir,
        running(command(package_dir, http.free_port(), "handle", "http")) as process,
    ):
        assert "'handle_event', 'handle_http'" in process.wait_for_line("MissingTargetException: ")
        assert process.process.wait(TIMEOUT_S) == 1


def test_sigterm_in_a_request_lets_it_finish_and_exits_0(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    with ThreadPoolExecutor(1) as caller, framework(SLOW) as started:
        answer = caller.submit(http.send, Request("POST", "/", (("X-Pipe", str(pipe)),)), started.port)
        started.process.wait_for_line("waiting on")
        started.process.process.terminate()
        assert started.process.process.poll() is None
        pipe.write_text("go on")

        assert answer.result(TIMEOUT_S).json() == {"told": "go on"}
        assert started.process.process.wait(TIMEOUT_S) == 0
