"""The article's function, unchanged, on every runtime: one POST, one meditation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance import Driver, Request
from tests.sample.function.handler import MEDITATIONS

from .artifacts import SAMPLE
from .drivers import RUNTIME_PARAMETERS, RUNTIMES


@pytest.fixture(scope="module", params=RUNTIME_PARAMETERS)
def drivers(request: pytest.FixtureRequest) -> Iterator[list[Driver]]:
    """Start one runtime with the sample function."""
    with RUNTIMES[request.param](SAMPLE) as started:
        yield started


def test_sample_answers_a_post_with_a_meditation(drivers: list[Driver]) -> None:
    for driver in drivers:
        reply = driver.send(Request("POST", "/"))

        assert reply.status == 200
        assert reply.header("content-type") == "application/json"
        assert reply.json()["status"] == "success"
        assert reply.json()["meditation"] in MEDITATIONS


def test_sample_refuses_a_get_and_says_what_it_allows(drivers: list[Driver]) -> None:
    for driver in drivers:
        reply = driver.send(Request("GET", "/"))

        assert reply.status == 405
        assert reply.header("allow") == "POST"
