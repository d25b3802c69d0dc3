"""docker compose: a checkout of its own that runs, with the gateway and the function behind it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from tests.conformance import Reply, Request
from tests.sample import PROJECT_DIR
from tests.tools import python_image, require

from .. import http
from ..processes import REPOSITORY_DIR
from .gateway import Gateway

CHECKOUT = ("docker-compose.yml", ".dockerignore", "function", "platforms", "portable", "requirements")
PASSWORD_PATH = "/var/lib/gateway/basic-auth-password"


@dataclass(frozen=True)
class Project:
    """A checkout of its own that docker compose runs, and the engine it runs on."""

    dir: Path
    name: str
    port: int
    engine: Any

    def container(self, service: str) -> Any:
        (container,) = self.engine.containers.list(
            filters={"label": [f"com.docker.compose.project={self.name}", f"com.docker.compose.service={service}"]}
        )
        return container

    def send(self, method: str, path: str) -> Reply:
        """Send a request without a password."""
        return http.send(Request(method, path), self.port)

    def gateway(self) -> Gateway:
        """Return the gateway, with the password that its container has."""
        password = self.container("gateway").exec_run(["cat", PASSWORD_PATH]).output
        return Gateway(self.port, password.decode().strip())


@contextmanager
def compose_up(folder: Path, tag: str) -> Iterator[Project]:
    """Run `docker-compose up` in a copy of the repository; what comes of it is removed in the end."""
    require("docker")
    compose = require("docker-compose")
    for name in CHECKOUT:
        copy_into(folder, name)
    port = http.free_port()
    project = Project(folder, f"portable-test-{port}", port, docker.from_env())
    settings = {"PORT": str(port), "NETWORK": project.name, "PYTHON_IMAGE": python_image(), "TAG": tag}
    environ = {**os.environ, **settings}
    command = (compose, "--project-name", project.name)
    try:
        run(*command, "up", "--build", "--detach", cwd=folder, environ=environ)
        http.wait_for_port(port, "/healthz")
        yield project
    finally:
        run(*command, "stop", "--timeout", "5", "gateway", cwd=folder, environ=environ)  # it would mend what goes
        for container in project.engine.containers.list(all=True, filters={"network": project.name}):
            if "com.openfaas.gateway.network" in container.labels:  # what was deployed outlives the gateway
                container.remove(force=True, v=True)
        project.engine.close()
        run(*command, "down", "--volumes", "--timeout", "5", cwd=folder, environ=environ)


def copy_into(folder: Path, name: str) -> None:
    """Copy a file or folder of the sample project, or else of the repository."""
    source = next(path for path in (PROJECT_DIR / name, REPOSITORY_DIR / name) if path.exists())
    if source.is_dir():
        shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, folder / name)


def run(*command: str, cwd: Path, environ: Mapping[str, str]) -> None:
    """Run a command that must succeed."""
    done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
