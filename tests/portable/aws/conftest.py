"""The strict AWS, and a user's project that is deployed to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .project import Project, make_project
from .strict import StrictAws


@pytest.fixture
def world() -> Iterator[StrictAws]:
    """Return an account with nothing in it."""
    with StrictAws() as world:
        yield world


@pytest.fixture
def project(world: StrictAws, tmp_path: Path) -> Project:
    """Return the sample function's project."""
    return make_project(tmp_path, lambda _: world.session(), world.fetch)
