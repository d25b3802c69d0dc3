"""Runs a server, and starts it again when the files in a folder change."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from .sources import Sources


def run_reloading(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> int:
    """Run `command` until SIGTERM or SIGINT, which it gets too; return its exit code then.

    When the folder's files change it gets SIGINT, ends what is in flight, and is started again. One that was killed is
    started again at once, one that ended by itself at the next change. Raises OSError if the folder cannot be watched.
    """
    stop = _Stop()
    sources = Sources([folder.resolve()])
    process = subprocess.Popen(command, env=environ)
    try:
        for changed in sources.watch(stop):
            is_killed = (process.poll() or 0) < 0  # -9 for SIGKILL
            if changed or is_killed:
                process.send_signal(signal.SIGINT)
                process.wait()
                if stop.is_set():
                    break
                process = subprocess.Popen(command, env=environ)
    finally:
        process.send_signal(stop.signum or signal.SIGTERM)
    code = process.wait()
    return code if code >= 0 else 128 - code


class _Stop:
    """The first signal to end; not a threading.Event, whose lock may be held when a signal comes."""

    def __init__(self) -> None:
        self.signum = 0
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._take)

    def _take(self, signum: int, _: FrameType | None) -> None:
        self.signum = self.signum or signum

    def is_set(self) -> bool:
        return self.signum != 0
