"""The template as the real faas-cli takes it: pulled from a clone of this repository, it builds a function alone."""

from __future__ import annotations

import os
import subprocess

import docker
import pytest
import yaml

from tests.conformance import Request
from tests.sample import STACK_PATH
from tests.tools import python_image, require

from . import http
from .containers import run_container
from .faas_cli import Folder, pulled

pytestmark = pytest.mark.runtime


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Return a folder with the template, a function that `new` made, and one that it appended."""
    require("faas-cli")
    folder = pulled(tmp_path_factory.mktemp("template"))
    shown = folder.faas_cli("new", "--lang", "portable", "hello")
    assert "faas-cli up -f FILE.yml" in shown
    folder.faas_cli("new", "--lang", "portable", "second", "--append", folder.stack.name)
    return folder


def test_new_function_and_an_appended_one_are_both_functions_of_the_stack_file(place: Folder) -> None:
    stack = yaml.safe_load(place.stack.read_text())

    assert set(stack) == {"version", "provider", "functions"}
    assert {name: one["lang"] for name, one in stack["functions"].items()} == {
        "hello": "portable",
        "second": "portable",
    }


def test_entry_appended_to_the_stack_file_of_the_sample_is_a_function(place: Folder) -> None:
    (place.folder / "sub").mkdir()
    sub = Folder(place.folder / "sub")
    (sub.folder / "template").symlink_to("../template")
    (sub.folder / "stack.yml").write_bytes(STACK_PATH.read_bytes())
    sub.faas_cli("new", "--lang", "portable", "more", "--append", "stack.yml")

    assert set(yaml.safe_load((sub.folder / "stack.yml").read_text())["functions"]) == {"meditations", "more"}


def test_build_context_has_what_the_links_lead_to(place: Folder) -> None:
    place.faas_cli("build", "--shrinkwrap", "-f", place.stack.name)
    for name in ("hello", "second"):
        context = place.folder / "build" / name
        for path in ("function/handler.py", "platforms/openfaas/shim.py", "requirements/fast.txt", "Dockerfile"):
            assert (context / path).is_file(), path


def test_image_of_it_answers(place: Folder) -> None:
    require("docker")
    image = "local/template-test:latest"
    place.stack.write_text(place.stack.read_text().replace("image: hello:latest", f"image: {image}"))
    build_args = ("--build-arg", f"PYTHON_IMAGE={python_image()}")
    place.faas_cli("build", "-f", place.stack.name, "--filter", "hello", *build_args)
    try:
        with run_container(image) as container:
            http.wait_for_port(container.port, "/_/health")
            reply = http.send(Request("POST", "/", (), b"hi"), container.port)

            assert reply.json() == {"you said": "hi"}
            assert container.files("/app/platforms") >= {"openfaas", "wsgi", "contract.py"}
            assert not {"aws_lambda", "openwhisk"} & container.files("/app/platforms")
    finally:
        client = docker.from_env()
        client.images.remove(image, force=True)
        client.close()


def test_checkout_without_links_is_told_so(place: Folder) -> None:
    """Git for Windows writes a text file in place of a link."""
    require("docker")
    context = place.folder / "build" / "windows"
    context.mkdir(parents=True)
    for name in ("Dockerfile", "template.yml"):
        (context / name).write_bytes((place.folder / "template" / "portable" / name).read_bytes())
    for name in ("platforms", "requirements"):
        (context / name).write_text(f"../../{name}")
    (context / "function").mkdir()
    (context / "function" / "handler.py").touch()
    command = ["docker", "build", "--build-arg", f"PYTHON_IMAGE={python_image()}", "."]
    environ = {**os.environ, "DOCKER_BUILDKIT": "0"}
    ran = subprocess.run(command, cwd=context, env=environ, capture_output=True, text=True, check=False)

    assert ran.returncode != 0
    assert "this checkout has no symbolic links. Use WSL" in ran.stdout + ran.stderr
