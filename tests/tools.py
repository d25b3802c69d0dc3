"""The real counterparts that tests need from outside Python: found here, and never missed in silence.

Where one is missing its tests are skipped with what to do about it; REQUIRE_TOOLS (a comma-separated list, set by
.ci/run) makes that a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HOW_TO_GET = {
    "docker": "a Docker engine: install docker.io and start dockerd",
    "docker-compose": "docker compose: install docker-compose, or the compose plugin",
    "aws-lambda-rie": "AWS's runtime interface emulator: .ci/install takes it out of the aws-sam-cli wheel",
    "of-watchdog": "go install github.com/openfaas/of-watchdog@0.11.6",
    "chromium": "apt-get install chromium",
    "faas-cli": "go install github.com/openfaas/faas-cli@0.18.12",
    "postgres": "apt-get install postgresql",
}


def require(tool: str) -> str:
    """Return the path of `tool`, or skip the test; fail it where REQUIRE_TOOLS names the tool."""
    path = shutil.which(tool) or _debians(tool)
    if path and (tool != "docker" or _engine_answers(path)):
        return path
    message = f"{tool} is missing; get it by: {HOW_TO_GET[tool]}"
    if tool in os.environ.get("REQUIRE_TOOLS", "").split(","):
        pytest.fail(message)
    pytest.skip(message)


def python_image() -> str:
    """Return the base image to build on: PYTHON_IMAGE, or the one the Dockerfile names."""
    return os.environ.get("PYTHON_IMAGE", "python:3.13-slim")


def _debians(tool: str) -> str | None:
    """Return the path of a program of a PostgreSQL server, which Debian does not put on the PATH."""
    return next(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{tool}")), None)


def _engine_answers(docker: str) -> bool:
    return subprocess.run([docker, "info"], capture_output=True, check=False).returncode == 0
