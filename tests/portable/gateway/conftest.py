"""What the tests of the gateway share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .fake_provider import FakeProvider

if TYPE_CHECKING:
    from .running import ControlPlane


@pytest.fixture
def control(tmp_path: Path) -> Iterator[ControlPlane]:
    """Return a control plane that is new and runs."""
    from .running import control_plane  # only the tests of HTTP pay for Flask

    with control_plane(tmp_path) as running:
        yield running


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    """Return a fake provider; the test fails if it was asked for what no provider can do."""
    provider = FakeProvider()
    yield provider
    provider.end()
    assert provider.faults == []
