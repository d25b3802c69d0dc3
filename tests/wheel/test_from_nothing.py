"""From nothing to six platforms: in an empty folder, with the built wheel in a fresh environment."""

from __future__ import annotations

import pytest

from portable.emulators.registry import EMULATORS
from tests.conformance import Request
from tests.runtimes import http
from tests.runtimes.processes import running

from .conftest import Installed

pytestmark = pytest.mark.slow
PACKAGES = {
    "wsgi": "wsgi/platforms/wsgi/shim.py",
    "openfaas": "openfaas/template/portable/platforms/openfaas/shim.py",
    "openwhisk": "openwhisk.zip",
    "aws_lambda": "aws_lambda.zip",
    "google_cloud": "google_cloud/main.py",
    "azure_functions": "azure_functions/function_app.py",
}


@pytest.fixture(scope="module")
def project(installed: Installed) -> Installed:
    """Return the folder after `portable new`, with the handler and its test edited, and a requirement of its own."""
    installed.run("portable", "new", "hello")
    for path in ("handler.py", "tests/test_hello.py"):
        file = installed.folder / "hello" / path
        file.write_text(
            file.read_text().replace('"hello"', '"greeting"').replace('Client("greeting")', 'Client("hello")')
        )
    handler = installed.folder / "hello" / "handler.py"
    handler.write_text(f"import itsdangerous  # noqa: F401\n\n\n{handler.read_text()}")
    (installed.folder / "hello" / "requirements.txt").write_text("itsdangerous>=2\n")
    return installed


def test_dev_answers_a_call(project: Installed) -> None:
    port = http.free_port()
    command = ["portable", "dev", "--port", str(port)]
    with running(command, environ=project.environ, cwd=project.folder) as server:
        server.wait_for_line("hello.openfaas-fn: serves")

        reply = http.send(Request("POST", "/function/hello/sum", (), b'{"numbers": [1, 2]}'), port)
        assert reply.json() == {"sum": 3}
        assert http.send(Request("GET", "/function/hello"), port).json() == {"greeting": "world"}


def test_plain_pytest_runs_its_test_on_every_platform(project: Installed) -> None:
    assert " passed" in project.run("pytest", "-q", "-p", "no:cacheprovider")


def test_portable_test_runs_it_in_the_function_s_own_environment(project: Installed) -> None:
    assert f" {3 * len(EMULATORS)} passed" in f" {project.run('portable', 'test')}"


def test_call_is_answered_alike_by_every_platform(project: Installed) -> None:
    data = '{"numbers": [1, 2]}'
    said = project.run("portable", "call", "/sum", "-d", data, "--platform", "all", "--json")

    assert said.count('"sum": 3') + said.count('\\"sum\\": 3') == len(EMULATORS), said


@pytest.mark.parametrize("platform", PACKAGES)
def test_package_of_every_platform(project: Installed, platform: str) -> None:
    said = project.run("portable", "package", platform, "--function", "hello")

    assert "next: " in said
    assert (project.folder / "build" / PACKAGES[platform]).is_file()


def test_check_reads_its_stack_file(project: Installed) -> None:
    assert "hello: " in project.run("portable", "check")
