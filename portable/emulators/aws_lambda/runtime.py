"""One execution environment: a process of awslambdaric with the function in it, started anew when it breaks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from platforms.aws_lambda import limits

from .runtime_api import Invocation, InvocationError, RuntimeApi, TimedOut

INIT_TIMEOUT_S = 10.0  # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
# as AWS's runtime interface emulator counts it
MAX_PAYLOAD_BYTES = limits.MAX_PAYLOAD_BYTES + 100
_STDERR = 2  # of this process: a local invocation prints its result alone to stdout


class Layout(NamedTuple):
    """Where things are; Lambda has them in /var/task, /var/runtime and a home without credentials."""

    task_dir: Path
    runtime_dir: Path
    home_dir: Path


class Start(NamedTuple):
    """What a runtime is started with; without time limits a debugger may take its time."""

    layout: Layout
    environ: Mapping[str, str]
    function_arn: str
    timeout_s: float | None
    init_timeout_s: float | None
    command: Sequence[str]


class Outcome(NamedTuple):
    """What came of one invocation: a result, or the error's JSON; `cold` if it had to wait for a start."""

    payload: bytes
    failed: bool = False
    cold: bool = False


class Runtime:
    """One process after another, each with its server. One invocation at a time; `close` may come from anywhere."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._running: _Running | None = None
        self._is_closed = False
        self._lock = threading.Lock()

    def start(self) -> RuntimeApi:
        """Return the server of a process that takes events. Raises InvocationError if the function cannot start."""
        self._stop()
        with self._lock:
            if self._is_closed:
                raise InvocationError({"errorType": "Runtime.ExitError", "errorMessage": "the local run has ended"})
            self._running = running = _Running(self._start)
        try:
            running.api.wait_until_ready(self._start.init_timeout_s)
        except InvocationError:
            self._stop()
            raise
        return running.api

    def invoke(self, invocation: Invocation) -> Outcome:
        """Run one invocation, in a new process if there is none."""
        running = self._running
        if running is not None and running.is_over:
            running = None
        cold = running is None
        try:
            api = running.api if running else self.start()
            payload = api.invoke(invocation, timeout_s=self._start.timeout_s)
        except InvocationError as error:
            if isinstance(error, TimedOut):
                self._stop()
            return Outcome(json.dumps(error.payload).encode(), failed=True, cold=cold)
        return _within_limit(Outcome(payload, cold=cold))

    def close(self) -> None:
        """End the process for good, and with it what it runs."""
        with self._lock:
            self._is_closed = True
        self._stop()

    def _stop(self) -> None:
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.stop()


class _Running:
    """One process and its server."""

    def __init__(self, start: Start) -> None:
        self.api = RuntimeApi(start.function_arn)
        self._process = subprocess.Popen(
            start.command,
            cwd=start.layout.task_dir,
            env={**start.environ, "AWS_LAMBDA_RUNTIME_API": self.api.address},
            stdin=subprocess.DEVNULL,
            stdout=_STDERR,
            start_new_session=True,
        )
        threading.Thread(target=self._tell_its_end, daemon=True).start()

    @property
    def is_over(self) -> bool:
        return self._process.poll() is not None

    def stop(self) -> None:
        """Kill it, and every process that it has started in its session."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.api.close()

    def _tell_its_end(self) -> None:
        self.api.ended(self._process.wait())


def _within_limit(outcome: Outcome) -> Outcome:
    size = len(outcome.payload)
    if size <= MAX_PAYLOAD_BYTES:
        return outcome
    error = {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": f"Response payload size ({size} bytes) exceeded maximum allowed payload size "
        f"({MAX_PAYLOAD_BYTES} bytes).",
    }
    return outcome._replace(payload=json.dumps(error).encode(), failed=True)
