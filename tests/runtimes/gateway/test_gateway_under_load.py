"""Steady requests, 50 a second, lose nothing while the function behind them changes.

Over processes and over containers alike.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from tests.conformance import Reply

from .gateway import until
from .gateways import Labels, Place, over_docker, over_processes
from .load import Load, steady_load

RESTING = {
    "com.openfaas.scale.zero": "true",
    "com.openfaas.scale.zero-duration": "300ms",
    "com.openfaas.scale.stop-duration": "1h",
}
FUNCTIONS: dict[str, Labels] = {"fn": {}, "pair": {"com.openfaas.scale.min": "2"}, "resting": RESTING}
OVER = {"processes": over_processes, "docker": over_docker}


@pytest.fixture(scope="module", params=["processes", pytest.param("docker", marks=pytest.mark.runtime)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a gateway whose functions are ready."""
    over: Any = OVER[request.param]
    with over(tmp_path_factory.mktemp("place"), FUNCTIONS) as found:
        yield found


def load_on(place: Place, name: str) -> Any:
    return steady_load(place.gateway.port, f"/function/{name}")


def hosts_of(load: Load) -> set[str]:
    """Return what tells replicas from each other in the newest answers: a process, or a container."""
    return {one.text for one in load.answers[-50:]}


def is_newest(load: Load, version: str) -> bool:
    return f'"version": "{version}"' in load.answers[-1].text


def test_update_under_load_loses_no_request(place: Place) -> None:
    with load_on(place, "fn") as load:
        for version in ("2", "3"):
            place.update("fn", version)
            until(partial(is_newest, load, version), f"version {version}")
            load.wait_for_more(50)
            assert all(f'"version": "{version}"' in one for one in hosts_of(load))

    assert load.failures == []


def test_scaling_up_and_down_under_load_loses_no_request(place: Place) -> None:
    with load_on(place, "fn") as load:
        place.gateway.scale("fn", 4)
        load.wait_for_more(60)
        assert len(hosts_of(load)) == 4
        place.gateway.scale("fn", 1)
        load.wait_for_more(60)
        assert len(hosts_of(load)) == 1

    assert load.failures == []


def test_requests_to_a_function_that_is_paused_and_woken_all_succeed(place: Place) -> None:
    """The gaps between the bursts are those after which it is paused, a little more and a little less."""
    was_paused = 0
    with load_on(place, "fn") as load:
        for burst in range(12):
            replies = [place.gateway.call("resting") for _ in range(3)]
            assert [reply.status for reply in replies] == [200] * 3
            if burst % 4 == 3:
                until(lambda: set(place.replicas("resting").values()) == {"paused"}, "pause")
                was_paused += 1
            else:
                time.sleep(0.25 + burst * 0.02)  # no synchronisation: wherever it falls, the next must succeed

    assert was_paused == 3
    assert load.failures == []


def test_first_requests_to_a_paused_function_are_all_answered(place: Place) -> None:
    until(lambda: set(place.replicas("resting").values()) == {"paused"}, "pause")
    with ThreadPoolExecutor(100) as callers:
        replies = list(callers.map(lambda _: place.gateway.call("resting"), range(100)))

    assert {reply.status for reply in replies} == {200}
    assert len({reply.json()["pid"] for reply in replies}) == 1


def test_killed_replica_fails_only_what_was_in_it_and_is_replaced(place: Place) -> None:
    with load_on(place, "pair") as load, ThreadPoolExecutor(8) as callers:
        held = [callers.submit(place.gateway.call, "pair", "/hold") for _ in range(8)]
        until(lambda: place.gateway.in_flight("pair") >= 8, "eight held requests")
        killed = place.kill("pair")
        until(lambda: any(one.done() for one in held), "end of what was in it")
        replies = released(place, held, "pair")
        place.gateway.wait_for("pair", 2)
        load.wait_for_more(50)
        until(lambda: len(hosts_of(load)) == 2, "another replica")

    lost = [reply for reply in replies if reply.status != 200]
    assert {reply.status for reply in lost} == {502}
    assert len(lost) < 8
    named = {found[0].decode() for reply in lost if (found := NAME.search(reply.body))}
    assert len(named) == 1, lost
    assert killed in ("", *named)
    assert {one.status for one in load.failures} <= {502}
    assert all(named.copy().pop() in one.text for one in load.failures)


NAME = re.compile(rb"pair(\.openfaas-fn)?-[0-9a-f]+")


def released(place: Place, held: list[Future[Reply]], *names: str) -> list[Reply]:
    """Let what functions hold go on until all of it has ended, also what has only just come to be held."""

    def have_ended() -> bool:
        for name in names:
            place.release(name)
        return all(one.done() for one in held)

    until(have_ended, "end of what was held")
    return [one.result() for one in held]


def test_gateway_killed_under_load_comes_back_with_every_function(place: Place) -> None:
    before = {name: settings(status) for name, status in place.gateway.statuses().items()}
    span = {}
    with load_on(place, "fn") as load:
        span["killed"] = time.monotonic()
        place.restart_gateway()
        until(lambda: place.gateway.call("fn").status == 200, "answer")
        span["back"] = time.monotonic()
        load.wait_for_more(50)
        for name, labels in FUNCTIONS.items():
            if name != "resting":
                place.gateway.wait_for(name, int(labels.get("com.openfaas.scale.min", 1)))
        after = {name: settings(status) for name, status in place.gateway.statuses().items()}
        assert [place.gateway.call(name).status for name in FUNCTIONS] == [200] * len(FUNCTIONS)

    assert after == before
    assert all(one.ended_s >= span["killed"] and one.began_s <= span["back"] for one in load.failures)


def settings(status: dict[str, Any]) -> dict[str, Any]:
    """Return what a function was deployed with."""
    changing = ("replicas", "availableReplicas", "invocationCount", "createdAt", "reason")
    return {name: value for name, value in status.items() if name not in changing}


def test_slow_requests_do_not_block_others(place: Place) -> None:
    """They are held until the others have been answered: whoever waited for them would wait for ever."""
    with ThreadPoolExecutor(70) as callers:
        held = [callers.submit(place.gateway.call, "fn", "/hold") for _ in range(24)]
        held += [callers.submit(place.gateway.call, "pair", "/hold") for _ in range(40)]
        until(lambda: place.gateway.in_flight("fn") == 24, "24 held requests")
        until(lambda: place.gateway.in_flight("pair") == 40, "40 held requests in two replicas")

        for _ in range(3):
            assert place.gateway.ask("GET", "/healthz").status == 200
            assert set(place.gateway.statuses()) == set(FUNCTIONS)
            assert place.gateway.call("resting").status == 200
        assert not any(one.done() for one in held)
        assert {reply.status for reply in released(place, held, "fn", "pair")} == {200}
