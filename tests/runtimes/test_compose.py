"""The two commands a user of OpenFaaS types: docker compose up, and faas-cli build."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.conformance import Reply, Request
from tests.gateway.engine import build_image
from tests.tools import python_image, require

from . import http
from .containers import run_container
from .processes import REPOSITORY_DIR

pytestmark = pytest.mark.runtime


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

    def send(self, method: str, path: str, body: object = None, *, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
        encoded = b"" if body is None else json.dumps(body).encode()
        return http.send(Request(method, path, headers, encoded), self.port)

    def control(self, method: str, path: str, body: object = None) -> Reply:
        """Send a request with the user and password, which the gateway's container has."""
        password = self.container("gateway").exec_run(["cat", "/var/lib/gateway/basic-auth-password"]).output
        token = base64.b64encode(b"admin:" + password.strip()).decode()
        return self.send(method, path, body, headers=(("Authorization", f"Basic {token}"),))

    def wait_for(self, body: bytes) -> None:
        """Wait until the function answers so: while it reloads it may answer otherwise, or not at all."""
        give_up_s = time.monotonic() + http.TIMEOUT_S
        while (reply := self.send("POST", "/function/meditations")).body != body:
            assert time.monotonic() < give_up_s, reply
            time.sleep(0.02)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return a project that is up; its containers, network and volume are removed in the end."""
    require("docker")
    compose = require("docker-compose")
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("docker-compose.yml", ".dockerignore", "function", "gateway", "platforms", "requirements", "template"):
        copy_into(folder, name)
    port = http.free_port()
    project = Project(folder, f"portable-test-{port}", port, docker.from_env())
    environ = {
        **os.environ,
        "PORT": str(port),
        "NETWORK": project.name,
        "PYTHON_IMAGE": python_image(),
        "TAG": "compose-test",
    }
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


def run(*command: str, cwd: Path, environ: Mapping[str, str]) -> None:
    done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def copy_into(folder: Path, name: str) -> None:
    source = REPOSITORY_DIR / name
    if source.is_dir():
        shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, folder / name)


def test_compose_up_serves_the_function_through_the_gateway_on_loopback_alone(project: Project) -> None:
    assert project.send("POST", "/function/meditations").json()["status"] == "success"

    published = project.container("gateway").attrs["HostConfig"]["PortBindings"]
    assert published == {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(project.port)}]}
    assert not project.container("meditations").attrs["HostConfig"]["PortBindings"]


def test_editing_the_handler_reloads_it_in_the_container_that_runs(project: Project) -> None:
    before = project.container("meditations").id
    handler = project.dir / "function" / "handler.py"
    old = handler.read_text()
    try:
        for answer in ("one", "two"):
            handler.write_text(f"def handle(event, context):\n    return {answer!r}\n")
            project.wait_for(answer.encode())
    finally:
        handler.write_text(old)

    assert project.container("meditations").id == before


def test_function_and_gateway_are_confined(project: Project) -> None:
    for service in ("gateway", "meditations"):
        host = project.container(service).attrs["HostConfig"]
        assert (host["CapDrop"], host["SecurityOpt"], host["ReadonlyRootfs"]) == (["ALL"], ["no-new-privileges"], True)
    mounts = project.container("meditations").attrs["Mounts"]
    assert [(one["Destination"], one["RW"]) for one in mounts] == [("/app/function", False)]


def test_deployed_function_has_its_secret_and_calls_others_through_the_gateway(project: Project) -> None:
    """The gateway is in a container itself, so the secret's file is elsewhere on the engine's machine."""
    image = build_image()
    deployment = {"service": "asker", "image": image, "secrets": ["key"], "readOnlyRootFilesystem": True}
    assert project.control("POST", "/system/functions", deployment).status == 400
    assert project.control("POST", "/system/secrets", {"name": "key", "value": "hush"}).status in (200, 201, 202)
    reply = project.control("POST", "/system/functions", deployment)
    assert reply.status in (200, 202), reply

    assert project.send("GET", "/function/asker/read/var/openfaas/secrets/key").body == b"hush"
    project.control("PUT", "/system/secrets", {"name": "key", "value": "new"})
    assert project.send("GET", "/function/asker/read/var/openfaas/secrets/key").body == b"new"
    for host in ("gateway", "gateway.openfaas", "gateway.openfaas.svc.cluster.local"):
        other = f"http://{host}:8080/function/asker/env/OPENFAAS_NAME"
        assert project.send("GET", f"/function/asker/get/{other}").body == b"asker"


def test_faas_cli_build_makes_an_image_that_serves_without_the_network(tmp_path: Path) -> None:
    require("docker")
    faas_cli = require("faas-cli")
    for name in ("function", "platforms", "requirements", "template", "stack.yml"):
        copy_into(tmp_path, name)
    environ = {**os.environ, "PYTHON_IMAGE": python_image(), "TAG": "faas-cli-test"}
    command = [faas_cli, "build", "-f", "stack.yml"]
    run(*command, cwd=tmp_path, environ=environ)

    with run_container("local/meditations:faas-cli-test") as container:
        http.wait_for_port(container.port, "/_/health")

        assert http.send(Request("POST", "/"), container.port).json()["status"] == "success"
