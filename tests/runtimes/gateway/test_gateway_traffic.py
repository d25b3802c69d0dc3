"""What goes through the gateway: a lot of it, piece by piece, and first of all after a rest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.functions.traffic.handler import PIECE

from ..processes import TIMEOUT_S
from .gateway import until
from .gateways import Labels, Place, over_docker, over_processes

MIB = 100
STOPPING = {
    "com.openfaas.scale.zero": "true",
    "com.openfaas.scale.zero-duration": "200ms",
    "com.openfaas.scale.stop-duration": "200ms",
}
FUNCTIONS: dict[str, Labels] = {"fn": {}, "stopping": STOPPING}
OVER = {"processes": over_processes, "docker": over_docker}


@pytest.fixture(scope="module", params=["processes", pytest.param("docker", marks=pytest.mark.runtime)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a gateway whose functions are ready."""
    over: Any = OVER[request.param]
    with over(tmp_path_factory.mktemp("place"), FUNCTIONS) as found:
        yield found


def connect(place: Place) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", place.gateway.port, timeout=TIMEOUT_S)


def digest() -> str:
    """Return the digest of so many MiB."""
    whole = hashlib.sha256()
    for _ in range(MIB):
        whole.update(PIECE)
    return whole.hexdigest()


def test_100_mb_arrive_at_the_function_as_they_were_sent(place: Place) -> None:
    with closing(connect(place)) as connection:
        pieces = (PIECE for _ in range(MIB))
        connection.request("POST", "/function/fn/up", pieces, {"Content-Length": str(MIB * len(PIECE))})
        answer = connection.getresponse().read().decode()

    assert f'"length": {MIB * len(PIECE)}' in answer
    assert digest() in answer


def test_100_mb_come_back_as_the_function_made_them(place: Place) -> None:
    with closing(connect(place)) as connection:
        connection.request("POST", f"/function/fn/down/{MIB}")
        response = connection.getresponse()
        whole = hashlib.sha256()
        while piece := response.read(65536):
            whole.update(piece)

    assert whole.hexdigest() == digest()


def test_events_arrive_one_by_one(place: Place) -> None:
    """Each is made only after the one before it has arrived here."""
    with closing(connect(place)) as connection:
        connection.request("POST", "/function/fn/events", headers={"Accept": "text/event-stream"})
        stream = connection.getresponse()
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert stream.readline() + stream.readline() == b"data: first\n\n"
        for event in ("second", "third"):
            assert place.gateway.call("fn", f"/tell/{event}").status == 200
            assert stream.readline() + stream.readline() == f"data: {event}\n\n".encode()
        place.gateway.call("fn", "/tell/end")
        assert stream.read() == b""


def test_first_requests_to_a_stopped_function_are_all_answered(place: Place) -> None:
    until(lambda: set(place.replicas("stopping").values()) <= {"stopped"}, "stop")
    with ThreadPoolExecutor(100) as callers:
        replies = list(callers.map(lambda _: place.gateway.call("stopping"), range(100)))

    assert {reply.status for reply in replies} == {200}
    assert len({reply.json()["host"] for reply in replies}) == 1


def test_many_who_follow_logs_do_not_block_the_control_plane(place: Place) -> None:
    with ExitStack() as stack:
        for _ in range(30):
            connection = stack.enter_context(closing(connect(place)))
            connection.request("GET", "/system/logs?name=fn&follow=true", headers=dict([place.gateway.login]))
            assert connection.getresponse().status == 200

        assert set(place.gateway.statuses()) == set(FUNCTIONS)
        assert place.gateway.call("fn").status == 200
