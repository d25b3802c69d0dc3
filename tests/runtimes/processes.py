"""Servers as processes of their own: started, waited for by what they print, and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue

REPOSITORY_DIR = Path(__file__).parents[2]
TIMEOUT_S = 60.0


class Server:
    """A process, and the lines that it prints."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], cwd: Path) -> None:
        self.process = subprocess.Popen(
            command, env=dict(environ), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.output: list[str] = []
        self._lines: Queue[str | None] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def wait_for_line(self, text: str) -> str:
        """Return the next line with `text` in it; fails if the process ends before."""
        while True:
            try:
                line = self._lines.get(timeout=TIMEOUT_S)
            except Empty:
                raise AssertionError(f"no line with {text!r} in {TIMEOUT_S} s: {self.output}") from None
            assert line is not None, f"ended before a line with {text!r}: {self.output}"
            if text in line:
                return line

    def terminate(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(TIMEOUT_S)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            self._lines.put(line)
        self._lines.put(None)


@contextmanager
def running(
    command: Sequence[str], *, environ: Mapping[str, str] | None = None, cwd: Path = REPOSITORY_DIR
) -> Iterator[Server]:
    """Run a server for the time of the block; it is terminated, and killed if it does not go."""
    server = Server(command, {**os.environ, "PYTHONUNBUFFERED": "1", **(environ or {})}, cwd)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.terminate()
        try:
            server.process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()
        assert server.process.stdout is not None
        server.process.stdout.close()


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module with this interpreter."""
    return [sys.executable, "-m", module, *arguments]
