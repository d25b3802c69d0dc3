"""`portable up` in a project that `portable new` made, and faas-cli against its gateway."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from portable.scaffold.new import new
from tests.tools import python_image, require

from .. import http
from ..faas_cli import pulled
from ..processes import REPOSITORY_DIR
from .compose import Project, run

pytestmark = pytest.mark.runtime
TAG = "up-test"


def environment(project: Project) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY_DIR),
        "COMPOSE_PROJECT_NAME": project.name,
        "PORT": str(project.port),
        "NETWORK": project.name,
        "PYTHON_IMAGE": python_image(),
        "TAG": TAG,
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return a project with an API that has a secret and a function with a schedule, up; it is down in the end."""
    require("docker")
    require("docker-compose")
    folder = tmp_path_factory.mktemp("project")
    new(folder, "hello", "api", None, {})
    new(folder, "tick", "cron", None, {})
    (folder / ".secrets").mkdir()
    (folder / ".secrets" / "api-key").write_text("hush\n")
    stack = folder / "stack.yml"
    stack.write_text(stack.read_text().replace("handler: ./hello\n", "handler: ./hello\n    secrets: [api-key]\n"))
    port = http.free_port()
    project = Project(folder, f"portable-up-{port}", port, docker.from_env())
    portable = (sys.executable, "-m", "portable")
    try:
        run(*portable, "up", cwd=folder, environ=environment(project))
        http.wait_for_port(port, "/healthz")
        wait_for(project, b'{"hello": "world"}')
        yield project
    finally:
        run(*portable, "down", cwd=folder, environ=environment(project))
        assert not project.engine.containers.list(all=True, filters={"network": project.name})
        for volume in project.engine.volumes.list(filters={"name": f"{project.name}_state"}):
            volume.remove()
        for image in project.engine.images.list(filters={"reference": f"local/*:{TAG}"}):
            for tag in image.tags:  # two functions that need nothing are one image
                if tag.endswith(f":{TAG}"):
                    project.engine.images.remove(tag, force=True)
        project.engine.close()


def wait_for(project: Project, body: bytes) -> None:
    """Wait until the function answers so: while it starts or reloads it may answer otherwise, or not at all."""
    give_up_s = time.monotonic() + http.TIMEOUT_S
    while (reply := project.send("GET", "/function/hello")).body != body:
        assert time.monotonic() < give_up_s, reply
        time.sleep(0.02)


def test_function_is_served_again_when_its_file_changes(project: Project) -> None:
    handler = project.dir / "hello" / "handler.py"
    old = handler.read_text()
    handler.write_text("def handle(event, context):\n    return context.secret('api-key')\n")
    wait_for(project, b"hush")
    handler.write_text(old)
    wait_for(project, b'{"hello": "world"}')


def test_schedule_of_stack_yml_is_the_gateway_s(project: Project) -> None:
    (job,) = project.gateway().ask("GET", "/system/cron").json()

    assert (job["function"], job["schedule"]) == ("tick.openfaas-fn", "*/5 * * * *")


def test_function_from_the_pulled_template_is_built_and_deployed_by_faas_cli_up(
    project: Project, tmp_path: Path
) -> None:
    require("faas-cli")
    gateway = project.gateway()
    environ = {"OPENFAAS_URL": gateway.url, "OPENFAAS_CONFIG": str(tmp_path / "config")}
    mine = pulled(tmp_path, environ)
    mine.faas_cli("login", "--password-stdin", stdin=gateway.password)
    mine.faas_cli("new", "--lang", "portable", "mine")
    image = "local/mine:up-test"
    mine.stack.write_text(mine.stack.read_text().replace("mine:latest", image))
    build_args = ("--build-arg", f"PYTHON_IMAGE={python_image()}")
    try:
        mine.faas_cli("up", "-f", mine.stack.name, "--gateway", gateway.url, "--skip-push", *build_args)

        assert gateway.call("mine", "/", b"hi").json() == {"you said": "hi"}
        mine.faas_cli("remove", "mine")
    finally:
        project.engine.images.remove(image, force=True)
