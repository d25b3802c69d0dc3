"""The two commands a user of OpenFaaS types: docker compose up, and faas-cli build."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conformance import Request
from tests.tools import python_image, require

from . import http
from .containers import run_container
from .processes import REPOSITORY_DIR

pytestmark = pytest.mark.runtime


def run(*command: str, **environ: str) -> None:
    done = subprocess.run(
        command, cwd=REPOSITORY_DIR, env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_up_serves_the_function_on_loopback() -> None:
    require("docker")
    compose = require("docker-compose")
    port = http.free_port()
    project = (compose, "--project-name", f"portable-test-{port}")
    environ = {"PORT": str(port), "PYTHON_IMAGE": python_image(), "TAG": "compose-test"}
    try:
        run(*project, "up", "--build", "--detach", **environ)
        http.wait_for_port(port, "/_/health")

        assert http.send(Request("POST", "/"), port).json()["status"] == "success"
    finally:
        run(*project, "down", "--timeout", "5", **environ)


def test_faas_cli_build_makes_an_image_that_serves_without_the_network(tmp_path: Path) -> None:
    require("docker")
    faas_cli = require("faas-cli")
    for name in ("function", "platforms", "requirements", "template", "stack.yml"):
        copy = shutil.copytree if (REPOSITORY_DIR / name).is_dir() else shutil.copy
        copy(REPOSITORY_DIR / name, tmp_path / name)
    environ = {**os.environ, "PYTHON_IMAGE": python_image(), "TAG": "faas-cli-test"}
    command = [faas_cli, "build", "-f", "stack.yml"]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    with run_container("local/meditations:faas-cli-test") as container:
        http.wait_for_port(container.port, "/_/health")

        assert http.send(Request("POST", "/"), container.port).json()["status"] == "success"
