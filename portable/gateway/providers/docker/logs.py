"""What containers printed, merged by time with the lines that are kept of removed ones."""

from __future__ import annotations

import heapq
import logging
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread
from typing import Any, NamedTuple

import requests
from docker.errors import APIError
from urllib3.exceptions import HTTPError

from ....stack.errors import Refused
from ....stack.messages import FunctionName, LogMessage, LogQuery
from ...logs.archive import LogArchive
from ...logs.line import Line, moment_of
from ..base import Replica
from . import spec as spec
from .engine import Engine, end_stream

log = logging.getLogger(__name__)
KEPT_LINES = 10_000
_POLL_S = 1.0
_QUEUED_LINES = 1000
Items = Callable[[FunctionName | None], Sequence[Mapping[str, Any]]]


class _Source(NamedTuple):
    """A container whose log is read."""

    id: str
    name: str
    function: FunctionName
    is_tty: bool
    is_running: bool


class Logs:
    """The logs of the containers of an engine."""

    def __init__(self, engine: Engine, list_items: Items, archive: LogArchive | None) -> None:
        """Read the logs of the containers that `list_items` finds for a function, and those that `archive` has."""
        self._engine = engine
        self._list_items = list_items
        self._archive = archive

    def read(self, query: LogQuery, closed: Event) -> Iterator[LogMessage]:
        """Yield what there is, oldest first, and then what comes if `query.follow`, until `closed`."""
        sources = self._sources(query)
        newest_ns = {source.id: 0 for source in sources}
        with ExitStack() as stack:
            streams: list[Iterator[Line]] = [self._kept_lines(query, newest_ns)]
            for source in sources:
                lines = _lines(self._open(source, since_ns=_since_ns(query), tail=query.tail), source)
                streams.append(stack.enter_context(closing(lines)))
            for line in heapq.merge(*streams, key=lambda one: one.time_ns):
                newest_ns[line.replica_id] = line.time_ns
                yield line.message
        if query.follow:
            yield from self._follow(query, closed, newest_ns)

    def keep(self, replica: Replica) -> None:
        """Keep the newest lines of a container that is about to be removed."""
        if not self._archive:
            return
        source = _Source(replica.id, replica.name, replica.function, is_tty=False, is_running=False)
        if replica.is_adopted:
            source = source._replace(is_tty=self._is_tty(replica.id))
        lines = list(_lines(self._open(source, since_ns=0, tail=KEPT_LINES), source))
        self._archive.keep(replica.function, replica.id, lines)

    def _follow(self, query: LogQuery, closed: Event, newest_ns: dict[str, int]) -> Iterator[LogMessage]:
        """Yield what comes, checking for new containers each second: a thread for each."""
        arriving: Queue[Line] = Queue(_QUEUED_LINES)
        readers: dict[str, _Reader] = {}
        seen: tuple[int, frozenset[str]] | None = None
        try:
            while not closed.is_set():
                for source in self._sources(query):
                    reader = readers.get(source.id)
                    if not reader or (source.is_running and not reader.is_alive()):
                        since_ns = max(newest_ns.get(source.id, 0) + 1, _since_ns(query))
                        readers[source.id] = self._start_reader(source, since_ns, arriving)
                for line in _arrivals(arriving, _POLL_S, closed):
                    newest_ns[line.replica_id] = line.time_ns
                    yield line.message
                alive = {one: reader for one, reader in readers.items() if reader.is_alive()}
                now = (self._archive.changes(query.function) if self._archive else 0, frozenset(alive))
                if arriving.empty() and now != seen:  # all that was read is out; what went too fast to be read is kept
                    seen = now
                    for line in self._kept_lines(replace(query, tail=-1), alive):
                        if line.time_ns > newest_ns.get(line.replica_id, 0):
                            newest_ns[line.replica_id] = line.time_ns
                            yield line.message
        finally:
            for reader in readers.values():
                reader.close()

    def _start_reader(self, source: _Source, since_ns: int, arriving: Queue[Line]) -> _Reader:
        reader = _Reader(lambda: self._open(source, since_ns=since_ns, follow=True), source, arriving)
        reader.start()
        return reader

    def _sources(self, query: LogQuery) -> list[_Source]:
        return [
            source
            for item in self._list_items(query.function)
            if (source := self._source(item)) and _matches(query, source.function, source.name)
        ]

    def _source(self, item: Mapping[str, Any]) -> _Source | None:
        try:
            function = spec.function_name(item["Labels"])
            is_tty = spec.DEPLOYMENT_LABEL not in item["Labels"] and self._is_tty(item["Id"])
        except (APIError, Refused):
            return None
        is_running = item["State"] in ("running", "paused")
        return _Source(item["Id"], spec.replica_name(item), function, is_tty=is_tty, is_running=is_running)

    def _is_tty(self, container_id: str) -> bool:
        return bool(self._engine.api.inspect_container(container_id)["Config"]["Tty"])

    def _kept_lines(self, query: LogQuery, but: Mapping[str, Any]) -> Iterator[Line]:
        """Yield the kept lines that a query wants, but for those of some containers."""
        kept = self._archive.lines(query.function) if self._archive else ()
        wanted: list[Line] = []
        count: dict[str, int] = {}
        for line in reversed(kept):
            if line.replica_id in but or line.time_ns < _since_ns(query):
                continue
            count[line.replica_id] = count.get(line.replica_id, 0) + 1
            if query.instance in ("", line.message.instance) and not 0 < query.tail < count[line.replica_id]:
                wanted.append(line)
        return reversed(wanted)

    def _open(self, source: _Source, *, since_ns: int, tail: int = 0, follow: bool = False) -> requests.Response | None:
        """Return the open log of a container, None if it is gone."""
        try:
            return self._engine.stream(
                f"/containers/{source.id}/logs",
                stdout=1,
                stderr=1,
                timestamps=1,
                follow=int(follow),
                since=f"{since_ns // 10**9}.{since_ns % 10**9:09}",
                tail=str(tail) if tail > 0 else "all",
            )
        except APIError as error:
            if error.status_code in (404, 409):
                return None
            raise


class _Reader(Thread):
    """Follows the log of one container, into a queue."""

    def __init__(self, connect: Callable[[], requests.Response | None], source: _Source, into: Queue[Line]) -> None:
        super().__init__(name=f"log of {source.name}", daemon=True)
        self._connect = connect
        self._source = source
        self._into = into
        self._lock = Lock()
        self._response: requests.Response | None = None
        self._ended = False

    def run(self) -> None:
        try:
            response = self._connect()
            with self._lock:
                self._response = response
                if self._ended and response:
                    end_stream(response)
            for line in _lines(response, self._source):
                self._put(line)
        except (APIError, OSError) as error:
            log.warning("following the log of %s: %s", self._source.name, error)

    def close(self) -> None:
        """End it, and wait for that."""
        with self._lock:
            self._ended = True
            if self._response:
                end_stream(self._response)
        self.join()

    def _put(self, line: Line) -> None:
        while not self._ended:
            try:
                self._into.put(line, timeout=0.1)
            except Full:
                continue
            return


def _arrivals(arriving: Queue[Line], for_s: float, closed: Event) -> Iterator[Line]:
    """Yield the lines that arrive within so long."""
    end_s = time.monotonic() + for_s
    while not closed.is_set() and (left_s := end_s - time.monotonic()) > 0:
        try:
            yield arriving.get(timeout=left_s)
        except Empty:
            return


def _lines(response: requests.Response | None, source: _Source) -> Generator[Line, None, None]:
    """Yield the lines of an open log, and close it."""
    if response is None:
        return
    with closing(response):
        for entry in _entries(response, is_tty=source.is_tty):
            written, _, text = entry.decode(errors="replace").partition(" ")
            yield _line(written, text, source)


def _line(written: str, text: str, source: _Source) -> Line:
    """Return a line from the time that Docker wrote before it."""
    time_ns = spec.time_ns(written)
    return Line(time_ns, source.id, LogMessage(*source.function, source.name, moment_of(time_ns), text))


def _entries(response: requests.Response, *, is_tty: bool) -> Iterator[bytes]:
    """Yield each entry of a log: framed, unless a terminal wrote it.

    https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
    """
    try:
        if is_tty:
            for line in response.iter_lines(chunk_size=None, delimiter=b"\n"):
                if line:
                    yield line.removesuffix(b"\r") + b"\n"
            return
        while len(header := response.raw.read(8)) == 8:
            yield response.raw.read(int.from_bytes(header[4:], "big"))
    except (HTTPError, OSError):
        return  # it was closed


def _matches(query: LogQuery, function: FunctionName, instance: str) -> bool:
    return function == query.function and query.instance in ("", instance)


def _since_ns(query: LogQuery) -> int:
    return int(query.since.timestamp() * 10**6) * 1000 if query.since else 0
