"""When a command is started again, and what is left of a signal, with commands that only print and wait."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.runtimes.processes import TIMEOUT_S, Server, running

RELOADING = """
import os, pathlib, sys
from portable.serving.reload import Start, run_reloading

sys.exit(run_reloading(Start([sys.executable, "-c", sys.argv[2]], os.environ), pathlib.Path(sys.argv[1])))
"""
PRINTING = """
import signal, sys, time

for code, signum in enumerate((signal.SIGTERM, signal.SIGINT), 7):
    signal.signal(signum, lambda *_, code=code: sys.exit(code))
print("started", flush=True)
time.sleep(60)
"""

ENDING = """
import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it may be about to end, and not yet gone, when the signal comes
print("started", flush=True)
raise SystemExit(3)
"""


@contextmanager
def reloading(folder: Path, script: str = PRINTING) -> Iterator[Server]:
    """Run a script until the end of the block, and again when a file in the folder changes; give it once it started."""
    with running([sys.executable, "-c", RELOADING, str(folder), script]) as server:
        server.wait_for_line("started")
        yield server


@pytest.mark.parametrize(("signum", "exit_code"), [(signal.SIGTERM, 7), (signal.SIGINT, 8)])
def test_signal_reaches_the_command_and_its_exit_code_is_returned(
    tmp_path: Path, signum: signal.Signals, exit_code: int
) -> None:
    with reloading(tmp_path) as server:
        server.process.send_signal(signum)

        assert server.process.wait(TIMEOUT_S) == exit_code
    assert sum("started" in line for line in server.output) == 1


def test_command_that_a_signal_kills_ends_as_in_a_shell(tmp_path: Path) -> None:
    with reloading(tmp_path, "import time\nprint('started', flush=True)\ntime.sleep(60)") as server:
        server.process.terminate()

        assert server.process.wait(TIMEOUT_S) == 128 + signal.SIGTERM


def test_command_that_ended_by_itself_is_started_again_at_the_next_change(tmp_path: Path) -> None:
    with reloading(tmp_path, ENDING) as server:
        (tmp_path / "handler.py").touch()
        server.wait_for_line("started")
        server.process.terminate()

        assert server.process.wait(TIMEOUT_S) == 3
    assert sum("started" in line for line in server.output) == 2


def test_folder_that_is_made_again_starts_the_command_again_and_is_watched(tmp_path: Path) -> None:
    folder = tmp_path / "function"
    folder.mkdir()
    listing = f"import os\nprint('started with', sorted(os.listdir({str(folder)!r})), flush=True)"
    with reloading(folder, listing) as server:
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / "handler.py").touch()
        server.wait_for_line("started with ['handler.py']")
        (folder / "other.py").touch()
        server.wait_for_line("started with ['handler.py', 'other.py']")
