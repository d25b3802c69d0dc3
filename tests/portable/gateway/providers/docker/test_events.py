"""What the Docker provider reports of its containers, on a real engine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from portable.gateway.config import Config
from portable.gateway.providers.base import Change, Replica, ReplicaState
from portable.gateway.providers.docker.provider import DockerProvider
from portable.gateway.secrets import SecretStore
from portable.stack.messages import FunctionName, Resources
from tests.portable.gateway.providers.docker import engine
from tests.portable.gateway.providers.docker.engine import Reports, ask, deployment

pytestmark = pytest.mark.runtime
FN = FunctionName("fn")


@pytest.fixture
def client(provider: DockerProvider) -> Iterator[Any]:
    client = engine.client()
    yield client.api
    client.close()


@contextmanager
def watching(provider: DockerProvider, reports: Reports | None = None) -> Iterator[Reports]:
    """Watch while inside; leaving ends the thread, or fails."""
    reports = reports or Reports()
    thread = threading.Thread(target=provider.watch, args=(reports,))
    thread.start()
    try:
        yield reports
    finally:
        provider.close()
        thread.join(engine.TIMEOUT_S)
        assert not thread.is_alive()


def start(provider: DockerProvider) -> Replica:
    replica = provider.create(deployment(), "r1")
    ask(replica)
    return replica


def test_replicas_that_come_and_go_are_reported(provider: DockerProvider, client: Any) -> None:
    with watching(provider) as reports:
        replica = start(provider)
        reports.wait_for(FN, Change.REPLICAS, replica.id)
        reports.seen.clear()

        client.kill(replica.id)
        reports.wait_for(FN, Change.REPLICAS, replica.id)
        assert not [one for one in reports.seen if one[1] is Change.STOPPING]


def test_replica_that_ended_is_listed_so_once_it_is_reported(provider: DockerProvider, client: Any) -> None:
    """Who is told asks for the list but once; Docker's list is behind its events."""
    seen: list[ReplicaState] = []

    class Lists(Reports):
        def __call__(self, name: FunctionName, change: Change, replica_id: str) -> None:
            seen.extend(one.state for one in provider.replicas(FN))
            super().__call__(name, change, replica_id)

    for _ in range(3):
        start(provider)
    with watching(provider, Lists()) as reports:
        reports.wait_for(FN, Change.REPLICAS, "")
        seen.clear()
        for number, replica in enumerate(provider.replicas(FN), start=1):
            client.kill(replica.id)
            reports.wait_for(FN, Change.REPLICAS, replica.id)
            assert seen[-3:].count(ReplicaState.STOPPED) == number


def test_watching_begins_with_everything_there_is(provider: DockerProvider) -> None:
    start(provider)
    with watching(provider) as reports:
        reports.wait_for(FN, Change.REPLICAS, "")


def test_replica_stopped_by_somebody_else_is_stopping_before_it_is_gone(provider: DockerProvider, client: Any) -> None:
    replica = start(provider)
    with watching(provider) as reports:
        reports.wait_for(FN, Change.REPLICAS, "")
        client.stop(replica.id, timeout=1)
        reports.wait_for(FN, Change.STOPPING, replica.id)
        reports.wait_for(FN, Change.REPLICAS, replica.id)

        assert [one[1] for one in reports.seen if one[2]][:2] == [Change.STOPPING, Change.REPLICAS]


def test_replica_stopped_by_the_gateway_is_no_news(provider: DockerProvider, client: Any) -> None:
    replica = start(provider)
    with watching(provider) as reports:
        reports.wait_for(FN, Change.REPLICAS, "")
        stopped = provider.set_state(replica, ReplicaState.STOPPED)
        reports.wait_for(FN, Change.REPLICAS, replica.id)
        assert not [one for one in reports.seen if one[1] is Change.STOPPING]

        provider.set_state(stopped, ReplicaState.RUNNING)
        client.stop(replica.id, timeout=0)
        reports.wait_for(FN, Change.STOPPING, replica.id)


def test_replica_paused_by_somebody_else_is_reported(provider: DockerProvider, client: Any) -> None:
    replica = start(provider)
    with watching(provider) as reports:
        reports.wait_for(FN, Change.REPLICAS, "")
        client.pause(replica.id)
        reports.wait_for(FN, Change.REPLICAS, replica.id)


def test_functions_of_another_network_are_not_reported(provider: DockerProvider, tmp_path: Path) -> None:
    with watching(provider) as reports, engine.provider_on_own_network(tmp_path / "other") as other:
        theirs = other.create(deployment("theirs"), "r1")
        mine = start(provider)
        reports.wait_for(FN, Change.REPLICAS, mine.id)

        assert theirs.id not in {one[2] for one in reports.seen}


def test_watching_a_function_out_of_memory_logs_it(
    provider: DockerProvider, caplog: pytest.LogCaptureFixture, client: Any
) -> None:
    replica = provider.create(deployment(limits=Resources("48Mi")), "r1")
    ask(replica)
    with watching(provider) as reports:
        reports.wait_for(FN, Change.REPLICAS, "")
        with pytest.raises(OSError):  # noqa: PT011 - however the connection ends
            ask(replica, "hog/")
        reports.wait_for(FN, Change.REPLICAS, replica.id)

        assert f"{FN}: out of memory in {replica.name}" in caplog.text


class Relay:
    """An engine whose connection can be lost: passes bytes on between a socket of its own and the engine's."""

    def __init__(self, path: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def cut(self) -> None:
        """Break every connection there is."""
        for pair in self._pairs:
            for one in pair:
                _shut(one)

    def close(self) -> None:
        _shut(self._listener)
        self._threads[0].join()
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join()
        for pair in self._pairs:
            for one in pair:
                one.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect("/var/run/docker.sock")
            self._pairs.append((near, far))
            for one, other in ((near, far), (far, near)):
                self._threads.append(threading.Thread(target=self._pass_on, args=(one, other)))
                self._threads[-1].start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(65536):
                other.sendall(piece)
        _shut(one)
        _shut(other)


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


def test_watching_goes_on_after_the_engine_was_lost_and_reports_everything(
    provider: DockerProvider, tmp_path: Path
) -> None:
    replica = start(provider)
    client = engine.client()
    network = client.api.inspect_container(replica.id)["HostConfig"]["NetworkMode"]
    client.close()
    relay = Relay(tmp_path / "engine.sock")
    relayed = DockerProvider(
        Config(network=network), SecretStore(tmp_path), engine_url=f"unix://{tmp_path}/engine.sock"
    )
    try:
        with watching(relayed) as reports:
            reports.wait_for(FN, Change.REPLICAS, "")
            reports.seen.clear()
            relay.cut()
            reports.wait_for(FN, Change.REPLICAS, "")

            provider.set_state(replica, ReplicaState.PAUSED)
            reports.wait_for(FN, Change.REPLICAS, replica.id)
    finally:
        relay.close()
