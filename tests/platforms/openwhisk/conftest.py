"""Running action servers for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.platforms.openwhisk.running import ECHO, Server, running


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    """One server that has its action, for tests that do not change it."""
    with running() as server:
        assert server.init(ECHO) == (200, {"ok": True})
        yield server
