"""Servers as child processes: started on a free port of loopback, waited for, and stopped at the end."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_LIMIT_S = STOP_LIMIT_S = 20.0


class NotStarted(Exception):
    """A server did not answer as it should: names it and shows what it wrote."""


@dataclass(frozen=True)
class Child:
    """A server that runs, and what it has written to its output and its log."""

    pid: int
    _descriptor: int

    def written(self) -> str:
        """Return everything that it has written so far."""
        # without moving the offset, which the server's writes share
        return os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0).decode(errors="replace")


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    is_up: Callable[[Child], bool],
    *,
    folder: Path,
    environ: Mapping[str, str],
    limit_s: float = START_LIMIT_S,
) -> Iterator[Child]:
    """Start a server with what `environ` adds to ours, give it once it is up, and stop it at the end.

    Raises NotStarted if `is_up`, which is asked again and again, does not say so within `limit_s`.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environ}, stdout=output, stderr=subprocess.STDOUT
        )
        child = Child(process.pid, output.fileno())
        try:
            give_up_s = time.monotonic() + limit_s
            while not is_up(child):
                if time.monotonic() > give_up_s or process.poll() is not None:
                    raise NotStarted(f"{name} does not answer:\n{child.written()}")
                time.sleep(0.02)  # between two looks
            yield child
        finally:
            process.terminate()
            try:
                process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """Return a port of loopback on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def answers(port: int, is_right: Callable[[int, bytes], bool]) -> bool:
    """Whether a POST to the port is answered, and the status and body are right."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/")
        answer = connection.getresponse()
        return is_right(answer.status, answer.read())
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
