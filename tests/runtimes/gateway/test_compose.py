"""The two commands a user of OpenFaaS types: docker compose up, and faas-cli build."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance import Request
from tests.portable.gateway.providers.docker.engine import build_image
from tests.tools import python_image, require

from .. import http
from ..containers import run_container
from .compose import Project, compose_up, copy_into, run

pytestmark = pytest.mark.runtime


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return a project that is up; its containers, network and volume are removed in the end."""
    with compose_up(tmp_path_factory.mktemp("checkout"), "compose-test") as up:
        yield up


def wait_for(project: Project, body: bytes) -> None:
    """Wait until the function answers so: while it reloads it may answer otherwise, or not at all."""
    give_up_s = time.monotonic() + http.TIMEOUT_S
    while (reply := project.send("POST", "/function/meditations")).body != body:
        assert time.monotonic() < give_up_s, reply
        time.sleep(0.02)


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
            wait_for(project, answer.encode())
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
    assert project.gateway().ask("POST", "/system/functions", deployment).status == 400
    assert project.gateway().ask("POST", "/system/secrets", {"name": "key", "value": "hush"}).status in (200, 201, 202)
    reply = project.gateway().ask("POST", "/system/functions", deployment)
    assert reply.status in (200, 202), reply

    assert project.send("GET", "/function/asker/read/var/openfaas/secrets/key").body == b"hush"
    project.gateway().ask("PUT", "/system/secrets", {"name": "key", "value": "new"})
    assert project.send("GET", "/function/asker/read/var/openfaas/secrets/key").body == b"new"
    for host in ("gateway", "gateway.openfaas", "gateway.openfaas.svc.cluster.local"):
        other = f"http://{host}:8080/function/asker/env/OPENFAAS_NAME"
        assert project.send("GET", f"/function/asker/get/{other}").body == b"asker"


def test_dashboard_is_in_the_gateways_image(project: Project) -> None:
    page = project.gateway().ask("GET", "/ui/")

    assert page.status == 200
    assert b'href="/ui/functions/meditations"' in page.body
    assert project.gateway().ask("GET", "/ui/static/ui.js").status == 200


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
