"""Every spelling of an import gives the one module object, in each platform's own runtime and from its package."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import spellings
from tests.conformance import Driver, Request

from .drivers import RUNTIME_PARAMETERS, RUNTIMES


@pytest.fixture(scope="module", params=RUNTIME_PARAMETERS)
def drivers(request: pytest.FixtureRequest) -> Iterator[list[Driver]]:
    """Start one runtime with a function that imports its own modules in every way, from a folder of another name."""
    with tempfile.TemporaryDirectory() as folder:
        function_dir = spellings.write(Path(folder, "hello"))
        with RUNTIMES[request.param](function_dir) as started:
            yield started


def test_every_spelling_gives_the_one_module(drivers: list[Driver]) -> None:
    assert drivers[0].send(Request("POST", "/")).json() == spellings.ANSWER
