"""What the tests on a real Docker engine share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portable.gateway.providers.docker.provider import DockerProvider
from tests.portable.gateway.providers.docker import engine
from tests.tools import require


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[DockerProvider]:
    """Return a provider on a network of its own; its containers are removed."""
    require("docker")
    engine.build_image()
    with engine.provider_on_own_network(tmp_path) as provider:
        yield provider
