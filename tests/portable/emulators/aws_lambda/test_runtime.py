"""A runtime whose process is not the runtime client, but does one thing that this may do wrong."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portable.aws.run.pool import Pool
from portable.emulators.aws_lambda.runtime import Layout, Runtime, Start
from portable.emulators.aws_lambda.runtime_api import ARN, Invocation, InvocationError, TimedOut

PATIENCE_S = 30.0
INVOCATION = Invocation(b"{}", "r1")


def start_of(code: str, folder: Path, *, init_timeout_s: float | None = PATIENCE_S) -> Start:
    layout = Layout(folder, folder, folder)
    return Start(layout, {}, ARN, PATIENCE_S, init_timeout_s, (sys.executable, "-S", "-c", code))


def test_a_process_that_ends_before_it_asks_for_an_event_is_an_error_of_each_invocation(tmp_path: Path) -> None:
    runtime = Runtime(start_of("import sys; sys.exit(7)", tmp_path))

    for _ in range(2):
        outcome = runtime.invoke(INVOCATION)
        assert (outcome.failed, outcome.cold) == (True, True)
        assert json.loads(outcome.payload)["errorMessage"].endswith("exit status 7")


def test_a_process_that_never_asks_for_an_event_is_killed(tmp_path: Path) -> None:
    runtime = Runtime(start_of("import signal; signal.pause()", tmp_path, init_timeout_s=0.05))

    with pytest.raises(TimedOut, match=r"Init phase timed out after 0\.05 seconds"):
        runtime.start()


def test_what_the_process_has_started_ends_with_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = f"import os, signal; os.fork(); p = open({str(pipe)!r}, 'w'); p.write('x'); p.flush(); signal.pause()"
    runtime = Runtime(start_of(code, tmp_path, init_timeout_s=None))
    with ThreadPoolExecutor(2) as threads:
        starting = threads.submit(runtime.start)
        with threads.submit(pipe.open).result(PATIENCE_S) as written:
            both = threads.submit(written.read, 2)
            assert both.result(PATIENCE_S) == "xx"
            runtime.close()

            # the pipe ends when nobody has it open any more
            assert threads.submit(written.read).result(PATIENCE_S) == ""
        assert isinstance(starting.exception(PATIENCE_S), InvocationError)


def test_nothing_is_started_after_the_end(tmp_path: Path) -> None:
    runtime = Runtime(start_of("", tmp_path))
    runtime.close()

    with pytest.raises(InvocationError, match="the local run has ended"):
        runtime.start()


def test_a_pool_that_is_closed_leaves_no_invocation_waiting(tmp_path: Path) -> None:
    pool = Pool(lambda: Runtime(start_of("import signal; signal.pause()", tmp_path, init_timeout_s=None)), 1)
    begun = pool.submit(INVOCATION)
    waiting = pool.submit(INVOCATION)
    pool.close()

    assert waiting.cancelled() or waiting.result().failed
    assert begun.cancelled() or begun.result().failed
