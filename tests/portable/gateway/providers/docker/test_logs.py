"""The logs of functions' containers, on a real engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from portable.gateway.providers.base import Replica, ReplicaState
from portable.gateway.providers.docker import logs as docker_logs
from portable.gateway.providers.docker.provider import DockerProvider
from portable.stack.messages import FunctionName, LogMessage, LogQuery
from tests.portable.gateway.providers.docker import engine
from tests.portable.gateway.providers.docker.engine import ask, deployment
from tests.tools import require

pytestmark = pytest.mark.runtime
FN = FunctionName("fn")


def start(provider: DockerProvider, *texts: str) -> Replica:
    """Return a replica that has said these."""
    replica = provider.create(deployment(), "r1")
    for text in texts:
        say(provider, replica, text)
    return replica


def say(provider: DockerProvider, replica: Replica, text: str) -> None:
    """Have a replica say that, and wait for the engine, which writes it a while after the answer."""

    def written() -> int:
        lines = provider.logs(LogQuery(replica.function), threading.Event())
        return "".join(line.text for line in lines).replace("\r", "").count(f"{text}\n")

    wanted = written() + 1
    ask(replica, f"say/{text}")
    end_s = time.monotonic() + engine.TIMEOUT_S
    while written() < wanted:
        assert time.monotonic() < end_s, f"the engine has not written {text!r}"


def said(messages: Iterator[LogMessage]) -> list[str]:
    """Return what replicas were told to say."""
    return [one.text.strip() for one in messages if one.text != "started\n"]


def read(provider: DockerProvider, **query: Any) -> Iterator[LogMessage]:
    return provider.logs(LogQuery(FN, **query), threading.Event())


class Follower:
    """Follows a function's log in a thread."""

    def __init__(self, provider: DockerProvider, query: LogQuery) -> None:
        self.closed = threading.Event()
        self.arrived: Queue[str] = Queue()
        self._lines = provider.logs(query, self.closed)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def wait_for(self, text: str) -> None:
        """Wait until a replica has said that, and nothing else before it."""
        assert self.arrived.get(timeout=engine.TIMEOUT_S) == text

    def _run(self) -> None:
        for line in self._lines:
            for text in said(iter([line])):
                self.arrived.put(text)


@contextmanager
def following(provider: DockerProvider, **query: Any) -> Iterator[Follower]:
    """Follow inside; leaving closes, and no thread may be left over."""
    follower = Follower(provider, LogQuery(FN, follow=True, **query))
    try:
        yield follower
    finally:
        follower.closed.set()
        follower.thread.join(engine.TIMEOUT_S)
        assert not follower.thread.is_alive()
        assert not [one.name for one in threading.enumerate() if one.name.startswith("log of")]


def test_lines_say_who_printed_them_and_when(provider: DockerProvider) -> None:
    before = datetime.now(UTC)
    replica = start(provider)
    with following(provider) as follower:
        ask(replica, "say/hello")
        follower.wait_for("hello")
    (line,) = [one for one in read(provider) if one.text == "hello\n"]

    assert (line.name, line.namespace, line.instance) == ("fn", "openfaas-fn", replica.name)
    assert before - timedelta(seconds=1) < line.timestamp < datetime.now(UTC) + timedelta(seconds=1)


def test_lines_of_all_replicas_are_merged_by_time(provider: DockerProvider) -> None:
    one, two = start(provider, "1"), start(provider, "2")
    ask(one, "say/3")
    ask(two, "say/4")

    assert said(read(provider)) == ["1", "2", "3", "4"]
    assert said(read(provider, instance=two.name)) == ["2", "4"]
    assert said(read(provider, instance="none")) == []


def test_a_function_without_replicas_has_no_lines(provider: DockerProvider) -> None:
    start(provider, "mine")

    assert list(provider.logs(LogQuery(FunctionName("other")), threading.Event())) == []
    assert list(provider.logs(LogQuery(FunctionName("fn", "dev")), threading.Event())) == []


def test_tail_is_the_newest_lines_of_each_replica(provider: DockerProvider) -> None:
    names = {start(provider, "a", "b").name for _ in range(2)}
    lines = list(read(provider, tail=1))

    assert {one.instance for one in lines} == names
    assert len(lines) == 2
    assert len(list(read(provider, tail=0))) == len(list(read(provider)))


def test_since_leaves_out_what_is_older(provider: DockerProvider) -> None:
    replica = start(provider, "old")
    since = next(one.timestamp for one in read(provider) if one.text == "old\n") + timedelta(microseconds=1)
    say(provider, replica, "new")

    assert said(read(provider, since=since)) == ["new"]
    provider.set_state(replica, ReplicaState.REMOVED)
    assert said(read(provider, since=since)) == ["new"]


def test_lines_of_stopped_and_removed_replicas_are_there(provider: DockerProvider) -> None:
    provider.set_state(start(provider, "removed"), ReplicaState.REMOVED)
    provider.set_state(start(provider, "stopped"), ReplicaState.STOPPED)
    provider.set_state(start(provider, "paused"), ReplicaState.PAUSED)

    assert said(read(provider)) == ["removed", "stopped", "paused"]
    assert len({one.instance for one in read(provider, tail=1)}) == 3


def test_newest_lines_of_removed_replicas_are_kept(provider: DockerProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_logs, "KEPT_LINES", 2)
    for _ in range(2):
        provider.set_state(start(provider, "a", "b"), ReplicaState.REMOVED)

    assert [one.text for one in read(provider)] == ["a\n", "b\n"] * 2


def test_lines_of_removed_replicas_outlive_the_gateway(tmp_path: Path) -> None:
    require("docker")
    engine.build_image()
    with engine.provider_on_own_network(tmp_path) as first:
        first.set_state(start(first, "removed"), ReplicaState.REMOVED)
    with engine.provider_on_own_network(tmp_path) as second:
        start(second, "new")

        assert said(read(second)) == ["removed", "new"]


def test_a_line_longer_than_dockers_own_is_whole_in_pieces(provider: DockerProvider) -> None:
    long = "x" * 40_000
    start(provider, long)

    assert "".join(one.text for one in read(provider)) == f"started\n{long}\n"


def test_following_shows_what_was_there_and_what_comes(provider: DockerProvider) -> None:
    replica = start(provider, "before")
    with following(provider) as follower:
        follower.wait_for("before")
        for number in range(5):
            ask(replica, f"say/{number}")
            follower.wait_for(str(number))


def test_following_goes_on_when_replicas_are_replaced(provider: DockerProvider) -> None:
    first = start(provider, "one")
    with following(provider) as follower:
        follower.wait_for("one")
        second = start(provider, "two")
        follower.wait_for("two")
        provider.set_state(first, ReplicaState.REMOVED)
        ask(second, "say/three")
        follower.wait_for("three")


def test_following_goes_on_when_a_replica_was_stopped_and_paused(provider: DockerProvider) -> None:
    replica = start(provider, "one")
    with following(provider) as follower:
        follower.wait_for("one")
        stopped = provider.set_state(replica, ReplicaState.STOPPED)
        replica = provider.set_state(stopped, ReplicaState.RUNNING)
        ask(replica, "say/two")
        follower.wait_for("two")
        replica = provider.set_state(provider.set_state(replica, ReplicaState.PAUSED), ReplicaState.RUNNING)
        ask(replica, "say/three")
        follower.wait_for("three")


def test_following_a_function_that_has_no_replica_yet_waits_for_one(provider: DockerProvider) -> None:
    with following(provider) as follower:
        start(provider, "first")
        follower.wait_for("first")


def test_following_shows_a_replica_that_came_and_went_between_two_looks(provider: DockerProvider) -> None:
    with following(provider) as follower:
        for text in ("one", "two"):
            provider.set_state(start(provider, text), ReplicaState.REMOVED)
            follower.wait_for(text)


def test_following_that_nobody_reads_on_leaves_no_thread(provider: DockerProvider) -> None:
    """As when faas-cli has gone: the stream is closed in the middle."""
    start(provider, "one")
    lines = provider.logs(LogQuery(FN, follow=True), threading.Event())
    next(lines)
    assert isinstance(lines, Iterator)
    lines.close()  # type: ignore[attr-defined]

    assert not [one.name for one in threading.enumerate() if one.name.startswith("log of")]


def test_following_one_that_prints_faster_than_it_is_read_ends_at_once(
    provider: DockerProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker_logs, "_QUEUED_LINES", 2)
    replica = start(provider)
    lines = provider.logs(LogQuery(FN, follow=True, since=datetime.now(UTC)), threading.Event())
    reader = threading.Thread(target=next, args=(lines,))
    reader.start()
    for number in range(20):
        ask(replica, f"say/{number}")
    reader.join(engine.TIMEOUT_S)
    lines.close()  # type: ignore[attr-defined]

    assert not [one.name for one in threading.enumerate() if one.name.startswith("log of")]


def test_lines_of_a_container_with_a_terminal_are_read_as_any(provider: DockerProvider) -> None:
    network = start(provider)
    client = engine.client()
    name = client.api.inspect_container(network.id)["HostConfig"]["NetworkMode"]
    client.containers.run(
        engine.IMAGE, detach=True, network=name, tty=True, labels={"com.openfaas.function": "terminal"}
    )
    client.close()
    (replica,) = provider.replicas(FunctionName("terminal"))
    say(provider, replica, "hello")
    query = LogQuery(FunctionName("terminal"))

    assert said(provider.logs(query, threading.Event())) == ["hello"]
    provider.set_state(replica, ReplicaState.REMOVED)
    assert said(provider.logs(query, threading.Event())) == ["hello"]
