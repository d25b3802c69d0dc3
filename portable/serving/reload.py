"""Starts a command again when a folder's files change: it looks, for a mounted folder may not report its changes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

_LOOK_S = 0.2
_SETTLE_S = 0.05  # an editor may write a file in several steps
_MOST_LOOKING = 1 / 20  # of the time, however large the folder

Files = dict[str, tuple[int, int, int]]


def run_reloading(command: Sequence[str], folder: str) -> int:
    """Run `command` until SIGTERM or SIGINT, which it gets too; return its exit code then.

    When the folder's files change it gets SIGINT, ends what is in flight, and is started again. One that was killed is
    started again at once, one that ended by itself at the next change.
    """
    stops: list[int] = []
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda signum, _: stops.append(signum))
    seen = _files(folder)
    while True:
        process = subprocess.Popen(command)
        now = _wait_for_change(folder, seen, partial(_is_over, process, stops))
        process.send_signal(stops[0] if stops else signal.SIGINT)
        code = process.wait()
        if stops:
            return code if code >= 0 else 128 - code
        seen = now


def _is_over(process: subprocess.Popen[bytes], stops: Sequence[int]) -> bool:
    """Whether there is a stop, or the process was killed: -9 for SIGKILL."""
    return bool(stops) or (process.poll() or 0) < 0


def _wait_for_change(folder: str, seen: Files, is_over: Callable[[], bool]) -> Files:
    """Return what is in the folder once that is not `seen` and rests for a moment; or else when it is over."""
    now, rest_s = seen, _LOOK_S
    while now == seen and not is_over():
        time.sleep(rest_s)
        before_s = time.monotonic()
        now = _files(folder)
        rest_s = max(_LOOK_S, (time.monotonic() - before_s) / _MOST_LOOKING)
    while not is_over():
        before = now
        time.sleep(_SETTLE_S)
        now = _files(folder)
        if now == before:
            break
    return now


def _files(folder: str) -> Files:
    """Return what changes of each file when it is written or replaced, by its path."""
    found: Files = {}
    for entry in _entries(folder):
        try:
            status = entry.stat()
        except OSError:
            continue  # gone again
        found[entry.path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    """Yield the files of a folder and of those in it, but for hidden ones and what Python compiles."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name == "__pycache__":
                    continue
                if entry.is_dir():
                    yield from _entries(entry.path)
                else:
                    yield entry
    except OSError:
        return  # the folder is being replaced
