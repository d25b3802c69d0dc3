"""`portable serve` as a user runs it: the function's own requirements, variables and secrets, and their changes."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import spellings
from tests.runtimes.http import free_port
from tests.runtimes.processes import Server, running

from ..packaging.wheelhouse import make_wheel, require
from .projects import portable, write_stack

FIELDS = "environment: {greeting: good evening}\nsecrets: [api-key]"
HANDLER = """
import os, first
def handle(event, context):
    return f"{context.function_name} {first.version} {os.environ['greeting']} {context.secret('api-key')}"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with a function that requires a package, a variable and a secret."""
    for name in ("wheelhouse", "hello", ".secrets"):
        (tmp_path / name).mkdir()
    for version in ("1.0", "2.0"):
        content = f"version = {version!r}".encode()
        make_wheel(tmp_path / "wheelhouse", "first", files={"first.py": content}, version=version)
    write_stack(tmp_path, "hello", fields=FIELDS)
    (tmp_path / ".secrets" / "api-key").write_text("a secret\n")
    (tmp_path / "hello" / "handler.py").write_text(HANDLER)
    require(tmp_path / "hello", tmp_path / "wheelhouse", "first==1.0")
    return tmp_path


@contextmanager
def serving(project: Path, *arguments: str) -> Iterator[tuple[Server, str]]:
    """Serve a project's function for the time of the block; yield the server, which listens, and its URL."""
    port = free_port()
    with running(portable("serve", *arguments, "--port", str(port)), cwd=project) as server:
        server.wait_for_line("call it:")
        yield server, f"http://127.0.0.1:{port}/"


def answer(url: str) -> str:
    """Return what the function answers."""
    with urllib.request.urlopen(url) as reply:
        return str(reply.read().decode())


@pytest.mark.parametrize("arguments", [(), ("hello",), ("--function", "hello"), ("./hello", "--platform", "openfaas")])
def test_function_has_its_requirements_variables_and_secrets(project: Path, arguments: tuple[str, ...]) -> None:
    with serving(project, *arguments) as (_, url):
        assert answer(url) == "hello 1.0 good evening a secret"


def test_changed_requirements_and_variables_are_taken(project: Path) -> None:
    with serving(project) as (server, url):
        require(project / "hello", project / "wheelhouse", "first==2.0")
        server.wait_for_line("call it:")
        assert answer(url) == "hello 2.0 good evening a secret"

        write_stack(project, "hello", fields=FIELDS.replace("evening", "morning"))
        server.wait_for_line("call it:")
        assert answer(url) == "hello 2.0 good morning a secret"

        (project / ".secrets" / "api-key").write_text("another secret\n")
        server.wait_for_line("call it:")
        assert answer(url) == "hello 2.0 good morning another secret"


def test_files_that_are_named_only_later_are_watched_too(project: Path) -> None:
    versions, more = project / "versions.txt", project / "more.yml"
    versions.write_text("first==1.0\n")
    more.write_text("environment: {greeting: hello}\n")
    with serving(project) as (server, url):
        require(project / "hello", project / "wheelhouse", "-r ../versions.txt")
        server.wait_for_line("call it:")
        versions.write_text("first==2.0 # now\n")
        server.wait_for_line("call it:")
        assert answer(url) == "hello 2.0 good evening a secret"

        write_stack(project, "hello", fields=f"environment_file: [more.yml]\n{FIELDS}")
        server.wait_for_line("call it:")
        more.write_text("environment: {greeting: good night}\n")
        server.wait_for_line("call it:")
        assert answer(url) == "hello 2.0 good night a secret"


def test_requirement_that_cannot_be_had_is_told_and_the_function_served_as_it_was(project: Path) -> None:
    with serving(project) as (server, url):
        require(project / "hello", project / "wheelhouse", "first==3.0")

        assert "first==3.0 of hello/requirements.txt" in server.wait_for_line("error: ")
        assert answer(url) == "hello 1.0 good evening a secret"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("other",), "there is no function and no folder 'other': stack.yml has hello"),
        (("hello", "--function", "hello"), "name one"),
        (("--function", "hello/handler.py"), "there is no function and no folder 'hello/handler.py'"),
        (("--platform", "apache"), "'apache' is not one of"),
        (("--port", "x"), "'x' is not a valid integer"),
    ],
)
def test_bad_argument_is_told_and_starts_nothing(project: Path, arguments: tuple[str, ...], complaint: str) -> None:
    done = subprocess.run(portable("serve", *arguments), cwd=project, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert not (project / ".portable").exists()


def test_import_that_no_package_has_is_told_and_starts_nothing(project: Path) -> None:
    (project / "hello" / "helper.py").touch()
    (project / "hello" / "handler.py").write_text("from hello import helper")
    done = subprocess.run(portable("serve"), cwd=project, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: hello/handler.py:1: `from hello import helper` works in no package, where the folder is function/: "
        "write `from function import helper`\n"
    )


def test_helper_is_one_module_in_a_folder_of_any_name(project: Path) -> None:
    spellings.write(project / "hello")
    with serving(project) as (_, url):
        assert json.loads(answer(url)) == spellings.ANSWER


def test_missing_secret_is_told_and_starts_nothing(project: Path) -> None:
    (project / ".secrets" / "api-key").unlink()
    done = subprocess.run(portable("serve"), cwd=project, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no secret 'api-key'" in done.stderr.splitlines()[-1]


def test_debugger_is_the_tool_s_and_shows_no_other_package_of_it(project: Path) -> None:
    handler = "import debugpy\nfrom importlib.util import find_spec\n"
    handler += "def handle(event, context): return [debugpy.is_client_connected(), bool(find_spec('flask'))]\n"
    (project / "hello" / "handler.py").write_text(handler)
    with serving(project, "--debug", "--debug-port", str(free_port())) as (_, url):
        assert answer(url) == "[false, false]"
