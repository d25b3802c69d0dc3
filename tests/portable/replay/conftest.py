"""What the tests of the recorder share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .recording import Place, recording


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Give a proxy with the usual settings."""
    with recording(tmp_path) as made:
        yield made
