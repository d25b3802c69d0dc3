"""A recording proxy that runs, in front of a scripted server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from portable.replay.call_file import HttpCall, read
from portable.replay.recorder import Recorder, Recording
from portable.replay.upstream import upstream
from tests.conformance import Reply, Request
from tests.runtimes import http

from .scripted import PATIENCE_S, Scripted, scripted


@dataclass
class Place:
    """A proxy that runs, its upstream, and what it says."""

    port: int
    upstream: Scripted
    folder: Path
    lines: SimpleQueue[str]

    def send(self, method: str = "POST", target: str = "/", **sent: Any) -> Reply:
        return http.send(Request(method, target, **sent), self.port)

    def line(self) -> str:
        """Return the next line that was said."""
        return self.lines.get(timeout=PATIENCE_S)

    def kept(self) -> HttpCall:
        """Return the one call that was kept."""
        (path,) = self.folder.iterdir()
        call = read(path)
        assert isinstance(call, HttpCall)
        return call


@contextmanager
def recording(folder: Path, path: str = "", **told: Any) -> Iterator[Place]:
    lines: SimpleQueue[str] = SimpleQueue()
    with scripted() as server, proxy(Recording(upstream(server.url + path), folder, lines.put, **told)) as port:
        yield Place(port, server, folder, lines)


@contextmanager
def proxy(told: Recording) -> Iterator[int]:
    """Run a proxy for the time of the block; give its port."""
    with Recorder(0, told) as recorder:
        threading.Thread(target=recorder.serve_forever, args=(0.01,), daemon=True).start()
        yield recorder.server_address[1]
        recorder.shutdown()
