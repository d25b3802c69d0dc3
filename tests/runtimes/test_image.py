"""The OpenFaaS image: built from each context, small, hardened, healthy without curl, and quick to start."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import docker
import pytest

from tests.conformance import Request
from tests.tools import python_image, require

from . import http
from .artifacts import SAMPLE
from .containers import compose_context, faas_cli_context, image, packaged_context, run_container
from .processes import TIMEOUT_S

pytestmark = pytest.mark.runtime


@pytest.mark.parametrize("lay_out", [compose_context, faas_cli_context, packaged_context])
def test_image_of_each_build_context_answers(lay_out: Callable[[Path, Path], None]) -> None:
    require("docker")
    with image(SAMPLE, lay_out) as tag, run_container(tag) as container:
        http.wait_for_port(container.port, "/_/health")

        assert http.send(Request("POST", "/"), container.port).json()["status"] == "success"
        unread = {"openapi.json", "requirements.txt"}
        assert container.files("/app/function") - (set() if lay_out is packaged_context else unread) == {"handler.py"}
        assert {"openfaas", "wsgi", "contract.py"} < container.files("/app/platforms")
        assert not {"aws_lambda", "openwhisk", "packaging", "MANIFEST"} & container.files("/app/platforms")
        assert not {"deploy"} & {*container.files("/app/platforms/wsgi"), *container.files("/app/platforms/openfaas")}


def test_image_runs_as_a_numeric_user_without_a_watchdog_or_pip() -> None:
    require("docker")
    with image(SAMPLE) as tag, run_container(tag) as container:
        http.wait_for_port(container.port, "/_/health")

        assert container.run("id", "-u") == "65532\n"
        assert "No module named pip" in container.run("python", "-m", "pip")
        assert "Read-only file system" in container.run("python", "-c", "open('/app/x', 'w')")


def test_image_becomes_healthy_by_its_own_check() -> None:
    require("docker")
    with image(SAMPLE) as tag, run_container(tag) as container:
        http.wait_for_port(container.port, "/_/health")

        assert container.exit_code("python", "-m", "platforms.openfaas.healthcheck") == 0
        assert container.exit_code("env", "PORT=1", "python", "-m", "platforms.openfaas.healthcheck") == 1


def test_image_size_and_start_are_what_the_base_allows(capsys: pytest.CaptureFixture[str]) -> None:
    """Print both; the bound on the size is what the two servers weigh, that on the start is generous."""
    require("docker")
    client = docker.from_env()
    with image(SAMPLE) as tag:
        image_mb = client.images.get(tag).attrs["Size"] / 2**20
        base_mb = client.images.get(python_image()).attrs["Size"] / 2**20
        begin_s = time.monotonic()
        with run_container(tag) as container:
            http.wait_for_port(container.port, "/_/health")
            start_s = time.monotonic() - begin_s
    client.close()
    with capsys.disabled():
        sizes = f"image {image_mb:.0f} MB on a base of {base_mb:.0f} MB"
        print(f"\n{sizes}; `docker run` to the first answer {start_s:.2f} s")  # noqa: T201

    assert image_mb - base_mb < 50
    assert start_s < TIMEOUT_S


@pytest.mark.parametrize("lay_out", [compose_context, packaged_context])
def test_image_of_a_function_has_its_requirements_and_no_dot_files(
    lay_out: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    require("docker")
    (tmp_path / "handler.py").write_text(
        "import itsdangerous\n\ndef handle(event, context):\n    return itsdangerous.Signer('k').sign('x').decode()\n"
    )
    (tmp_path / "requirements.txt").write_text("itsdangerous==2.2.0\n")
    (tmp_path / ".env").write_text("PASSWORD=swordfish\n")
    with image(tmp_path, lay_out) as tag, run_container(tag) as container:
        http.wait_for_port(container.port, "/_/health")

        assert http.send(Request("POST", "/"), container.port).body.startswith(b"x.")
        assert ".env" not in container.run("ls", "-A", "/app/function")
