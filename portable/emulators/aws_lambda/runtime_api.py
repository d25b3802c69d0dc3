"""Lambda's Runtime API, as much of it as awslambdaric uses. One process polls it; `invoke` waits for its answer.

Every process has a server of its own: a thread of it that waits for an event outlives the process that asked for one,
and would take the next process's event. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from queue import Empty, SimpleQueue
from socketserver import ThreadingTCPServer
from typing import Any, Literal, NamedTuple, TypeAlias

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:function"
_DAY_S = 86_400.0
_Kind: TypeAlias = Literal["ready", "response", "error", "exit"]


class InvocationError(Exception):
    """What came in place of a result; `payload` has its errorMessage and errorType, and often its stackTrace."""

    def __init__(self, payload: Mapping[str, Any]) -> None:
        super().__init__(payload.get("errorMessage"))
        self.payload = payload


class TimedOut(InvocationError):
    """The runtime is still at it: it must be killed before it is given anything else."""


class Invocation(NamedTuple):
    """One event on its way to the runtime, as JSON."""

    event: bytes
    request_id: str
    trace_id: str = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0"


class _Report(NamedTuple):
    """What the runtime says, or its end."""

    kind: _Kind
    payload: bytes = b"{}"


class RuntimeApi:
    """The server side: events out, results in."""

    def __init__(self, function_arn: str = ARN) -> None:
        self._arn = function_arn
        self._invocations: SimpleQueue[tuple[Invocation, float] | None] = SimpleQueue()
        self._reports: SimpleQueue[_Report] = SimpleQueue()
        self._asked = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        """Return what AWS_LAMBDA_RUNTIME_API must be."""
        return "{}:{}".format(*self._server.server_address)

    def wait_until_ready(self, timeout_s: float | None = None) -> None:
        """Wait until the runtime asks for its first event. Raises InvocationError if it fails or ends before."""
        report = self._next_report(timeout_s)
        if report is None:
            raise TimedOut(_timeout("Init phase", timeout_s))
        if report.kind != "ready":
            raise InvocationError(json.loads(report.payload))

    def invoke(self, invocation: Invocation, *, timeout_s: float | None = None) -> bytes:
        """Return the result, as JSON. Raises InvocationError if there is an error in its place, TimedOut if nothing."""
        deadline = time.time() + (timeout_s or _DAY_S)
        self._invocations.put((invocation, deadline))
        report = self._next_report(timeout_s)
        if report is not None and report.kind == "ready":
            report = self._next_report(max(0.0, deadline - time.time()))
        if report is None:
            raise TimedOut(_with_id(_timeout("Task", timeout_s), invocation.request_id))
        if report.kind == "exit":
            raise InvocationError(_with_id(json.loads(report.payload), invocation.request_id))
        if report.kind == "error":
            raise InvocationError(json.loads(report.payload))
        return report.payload

    def ended(self, exit_code: int) -> None:
        """Take note that the process is gone."""
        reason = f"signal: {-exit_code}" if exit_code < 0 else f"exit status {exit_code}"
        error = {"errorType": "Runtime.ExitError", "errorMessage": f"Runtime exited with error: {reason}"}
        self._reports.put(_Report("exit", json.dumps(error).encode()))

    def close(self) -> None:
        """Serve no longer."""
        self._invocations.put(None)
        self._server.shutdown()
        self._server.server_close()

    def _next_report(self, timeout_s: float | None) -> _Report | None:
        """Wait for what comes next; None if nothing does in time."""
        try:
            return self._reports.get(timeout=timeout_s)
        except Empty:
            return None

    def _next_invocation(self) -> tuple[Invocation, float] | None:
        """Wait for the next event; None if there will be none."""
        if not self._asked.is_set():
            self._asked.set()
            self._reports.put(_Report("ready"))
        return self._invocations.get()

    def _handler(api) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the request's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # one write a reply and no Nagle, or each invocation waits 40 ms for a delayed acknowledgement
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                taken = api._next_invocation()
                if taken is None:
                    self.close_connection = True
                    return
                invocation, deadline = taken
                headers = {
                    "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                    "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
                    "Lambda-Runtime-Invoked-Function-Arn": api._arn,
                    "Lambda-Runtime-Trace-Id": invocation.trace_id,
                }
                self._reply(200, invocation.event, headers)

            def do_POST(self) -> None:
                payload = self.rfile.read(int(self.headers["Content-Length"]))
                api._reports.put(_Report("error" if self.path.endswith("/error") else "response", payload))
                self._reply(202, b'{"status":"OK"}', {})

            def _reply(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
                self.send_response(status)
                for name, value in {**headers, "Content-Type": "application/json"}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        return Handler


class _Server(ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, *args: Any) -> None:
        """Say nothing: the runtime was killed while it was answered."""


@contextmanager
def serving(function_arn: str = ARN) -> Iterator[RuntimeApi]:
    """Serve the Runtime API on a free port for the time of the block."""
    api = RuntimeApi(function_arn)
    try:
        yield api
    finally:
        api.close()


def _timeout(what: str, timeout_s: float | None) -> dict[str, Any]:
    return {"errorType": "Sandbox.Timedout", "errorMessage": f"{what} timed out after {timeout_s:.2f} seconds"}


def _with_id(payload: Mapping[str, Any], request_id: str) -> dict[str, Any]:
    return {**payload, "errorMessage": f"RequestId: {request_id} Error: {payload['errorMessage']}"}
