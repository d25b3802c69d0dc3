"""Containers of somebody else's, with the label of a function: taken in and let go without a request lost."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from .gateway import until
from .gateways import OverDocker, over_docker
from .load import Load, steady_load

pytestmark = pytest.mark.runtime
GRACE_S = 30


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverDocker]:
    with over_docker(tmp_path_factory.mktemp("place"), {}) as found:
        found.engine.networks.create(found.network)  # as docker compose does
        yield found


def is_answered_by(load: Load, container_id: str) -> bool:
    """Whether the newest answers are all of one container."""
    return all(container_id[:12] in one.text for one in load.answers[-20:])


def test_containers_that_come_and_go_under_load_lose_no_request(place: OverDocker) -> None:
    """The newest that is ready takes over, as it would with `docker compose up` after a change."""
    current = place.run("fn")
    place.gateway.wait_for("fn", 1)
    with steady_load(place.gateway.port, "/function/fn") as load:
        for _ in range(3):
            following = place.run("fn")
            until(partial(is_answered_by, load, following.id), "answers of the newer one")
            current.stop(timeout=GRACE_S)
            load.wait_for_more(30)
            current.remove()
            current = following

    assert load.failures == []


def test_newest_takes_over_though_it_was_made_within_the_same_second(place: OverDocker) -> None:
    first, second = place.create_within_a_second("fn", 2)
    first.start()
    place.gateway.wait_for("fn", 1)
    second.start()
    with steady_load(place.gateway.port, "/function/fn") as load:
        until(partial(is_answered_by, load, second.id), "answers of the newer one")

    assert load.failures == []


def test_function_is_gone_with_the_last_of_its_containers(place: OverDocker) -> None:
    container = place.run("fn")
    place.gateway.wait_for("fn", 1)
    assert place.gateway.call("fn").status == 200

    container.stop(timeout=GRACE_S)
    container.remove()
    until(lambda: "fn" not in place.gateway.statuses(), "end of the function")
    assert place.gateway.call("fn").status == 404
