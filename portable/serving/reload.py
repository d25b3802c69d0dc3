"""Runs a server, and starts it again when the files in a folder change."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from .sources import Sources


class Start(NamedTuple):
    """What starts a server; what it comes from is in `files`, beside the folder."""

    command: Sequence[str]
    environ: Mapping[str, str]
    files: Sequence[Path] = ()


def run_reloading(start: Start, folder: Path, *, renew: Callable[[], Start | None] | None = None) -> int:
    """Run a server until SIGTERM or SIGINT, which it gets too; return its exit code then.

    When one of the folder's files or of `start` changes, `renew` says what starts it now; if it says None, the server
    goes on as it is. Otherwise it gets SIGINT, ends what is in flight, and is started again. One that was killed is
    started again at once, one that ended by itself at the next change. Raises OSError if the folder cannot be watched.
    """
    stop = _Stop()
    sources = Sources([folder.resolve()], start.files)
    process = subprocess.Popen(start.command, env=start.environ)
    try:
        for changed in sources.watch(stop):
            if changed and renew:
                renewed = renew()
                if renewed is None:
                    continue
                start = renewed
                sources.add(start.files)
            is_killed = (process.poll() or 0) < 0  # -9 for SIGKILL
            if changed or is_killed:
                process.send_signal(signal.SIGINT)
                process.wait()
                if stop.is_set():
                    break
                process = subprocess.Popen(start.command, env=start.environ)
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
