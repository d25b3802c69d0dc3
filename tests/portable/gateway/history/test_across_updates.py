"""Logs of replicas that are gone: after an update, after a restart of the gateway, and by the id of a call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from portable.gateway.logs.archive import LogArchive
from portable.gateway.logs.buffer import LogBuffer
from portable.gateway.logs.line import Line, ns_of
from portable.gateway.providers.base import Replica, ReplicaState
from portable.gateway.providers.process.provider import ProcessProvider
from portable.stack.messages import LogMessage, LogQuery
from portable.stack.stack_file import read_stack

from ..fake_provider import FakeProvider
from ..providers.process.processes import (
    THIS_PYTHON,
    THIS_TREE,
    TIMEOUT_S,
    call,
    printed,
    secret_store,
    start,
    until,
    write_function,
    write_stack,
)
from ..running import control_plane
from .kept import FN, history, ids, texts
from .kept import call as ended_call

SAYING = """
def handle(event, context):
    print(event.path, flush=True)
    return "said"
"""


class ForgettingProvider(FakeProvider):
    """A provider whose removed replicas take their logs with them, but for what it keeps in an archive first."""

    archive: LogArchive

    def set_state(self, replica: Replica, state: ReplicaState, *, grace_s: float = 0.0) -> Replica:
        if state is ReplicaState.REMOVED:
            own = [one for one in self._lines if one.instance == replica.name]
            lines = [Line(ns_of(one.timestamp), replica.id, one) for one in own]
            self.archive.keep(replica.function, replica.id, lines)
            self._lines = [one for one in self._lines if one not in own]
        return super().set_state(replica, state, grace_s=grace_s)

    def logs(self, query: LogQuery, closed: Event) -> Iterator[LogMessage]:
        yield from (line.message for line in self.archive.lines(query.function))
        yield from super().logs(query, closed)

    def say(self, replica: str, text: str) -> None:
        """Have a replica print something."""
        (one,) = [one for one in self.replicas() if one.name == replica]
        self._print(one, text)


def test_log_of_a_replaced_replica_is_there_after_an_update_and_after_the_gateway(tmp_path: Path) -> None:
    provider = ForgettingProvider()
    with control_plane(tmp_path, provider) as control:
        provider.archive = control.history.logs
        control.deploy("fn")
        control.history.record(ended_call("id-of-the-call"))
        provider.say("fn-1", "id-of-the-call: begun\n")
        control.deploy("fn", image="local/fn:v2")
        until(lambda: [one.name for one in provider.replicas()] == ["fn-2"], "removal of the first replica")
        log = [json.loads(line) for line in control.call("GET", "/system/logs?name=fn").text.splitlines()]
        found = control.call("GET", "/system/calls/id-of-the-call").get_json()

        assert [(one["instance"], one["text"]) for one in log] == [
            ("fn-1", "hello\n"),
            ("fn-1", "id-of-the-call: begun\n"),
            ("fn-2", "hello\n"),
        ]
        assert [(one["instance"], one["text"]) for one in found["logs"]] == [("fn-1", "id-of-the-call: begun\n")]
    with history(tmp_path) as it:
        assert texts(it.logs.lines(FN)) == ["hello\n", "id-of-the-call: begun\n"]
        assert ids(it) == ["id-of-the-call"]


@contextmanager
def processes(folder: Path, archive: LogArchive) -> Iterator[ProcessProvider]:
    """Provide one function, whose logs go into an archive."""
    stack_path = folder / "stack.yml"
    provider = ProcessProvider(
        read_stack(stack_path, {}),
        stack_path=stack_path,
        secrets=secret_store(folder),
        environ=THIS_TREE,
        environments=lambda _: THIS_PYTHON,
        grace_s=TIMEOUT_S,
        archive=archive,
    )
    try:
        yield provider
    finally:
        provider.close()


def announced(provider: ProcessProvider, number: int) -> Replica:
    """Start a replica; return it when it, as the so many-th, has said where it serves: only then is its output calm.

    Two threads of a process that print at once may share a line.
    """
    replica = start(provider, str(number))
    until(lambda: printed(provider).count("call it:") == number, f"announcement of replica {number}")
    return replica


def said(provider: ProcessProvider) -> list[str]:
    """Return the paths that a function was called by, as its log has them."""
    lines = provider.logs(LogQuery(FN), Event())
    return [line.text.strip() for line in lines if line.text.startswith("/")]


def test_log_of_processes_is_there_after_an_update_and_after_the_gateway(tmp_path: Path) -> None:
    write_function(tmp_path / "fn", SAYING)
    write_stack(tmp_path, "fn")
    with history(tmp_path) as it, processes(tmp_path, it.logs) as provider:
        first = announced(provider, 1)
        call(first, "/first")
        until(lambda: said(provider) == ["/first"], "line of the first replica")
        second = announced(provider, 2)
        provider.set_state(first, ReplicaState.REMOVED, grace_s=TIMEOUT_S)
        call(second, "/second")
        until(lambda: said(provider) == ["/first", "/second"], "line of the second replica")
    with history(tmp_path) as it, processes(tmp_path, it.logs) as provider:
        assert said(provider) == ["/first", "/second"]
        call(announced(provider, 3), "/third")
        until(lambda: said(provider) == ["/first", "/second", "/third"], "line of the second gateway's replica")


def test_log_book_without_an_archive_has_only_what_was_printed_since(tmp_path: Path) -> None:
    with history(tmp_path) as it:
        buffer = LogBuffer(it.logs, max_characters=4)
        buffer.append(FN, "fn-1", "abcdef")
        again = LogBuffer(it.logs)
        again.restore(FN)
        alone = LogBuffer()
        alone.restore(FN)
        found = [[one.text for one in buffer.read(LogQuery(FN), Event())] for buffer in (buffer, again, alone)]

    assert found == [["abcd", "ef"], ["abcd", "ef"], []]
