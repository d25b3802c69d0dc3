"""What the tests of environments have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from .environments import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project with a function that requires nothing."""
    return Project(tmp_path)
