"""An OpenWhisk with nothing in it, and a project that is deployed to it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from .api_server import AUTH, ApiServer, serving
from .project import Project, make_project


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as server:
        yield server


@pytest.fixture
def project(server: ApiServer, tmp_path: Path) -> Iterator[Project]:
    """Return a project whose ~/.wskprops names the server; whatever its commands print must not have the key."""
    project = make_project(tmp_path)
    project.properties(APIHOST=f"http://{server.host}", AUTH=AUTH, NAMESPACE="_")
    yield project
    printed = "".join(project.printed)
    for secret in (AUTH, AUTH.partition(":")[2], b64encode(AUTH.encode()).decode()):
        assert secret not in printed
