"""The WSGI package runs from its folder alone."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from portable.packaging import built
from portable.packaging.errors import PackageError
from portable.packaging.wsgi import build
from tests.conformance import Request
from tests.runtimes import http
from tests.runtimes.processes import REPOSITORY_DIR, running

from .trees import lay_out

HANDLER = (
    b"import platforms.wsgi, sys\n\ndef handle(event, context):\n    return [platforms.wsgi.__file__, *sys.path]\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that a package was written to."""
    folder = tmp_path_factory.mktemp("wsgi")
    lay_out(folder / "function", {"handler.py": HANDLER, "requirements.txt": b"# nothing more\n"})
    built.write(build(folder / "function"), folder / "shipped")
    return folder / "shipped"


INSTALLED = {"PYTHONPATH": sysconfig.get_path("purelib")}


def alone(*arguments: str) -> list[str]:
    """Return the command that runs with what is in its folder and is INSTALLED, but for editable installations."""
    return [sys.executable, "-S", "-m", "platforms.wsgi", *arguments]


@pytest.mark.parametrize(("server", "packages"), [("waitress", "waitress"), ("granian", "granian uvloop")])
def test_server_that_is_not_installed_is_named_with_what_installs_it(folder: Path, server: str, packages: str) -> None:
    command = [sys.executable, "-E", "-S", "-m", "platforms.wsgi", "--port", "0", "--server", server]
    ran = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True)

    assert (ran.returncode, ran.stderr) == (1, f"error: {server} is not installed: pip install {packages}\n")


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    """Return the port on which the package's own command serves it."""
    port = http.free_port()
    with running(alone("--port", str(port)), environ=INSTALLED, cwd=folder) as process:
        process.wait_for_line("serving")
        http.wait_for_port(port)
        yield port


def test_it_answers_with_the_repository_out_of_reach(folder: Path, port: int) -> None:
    module, *search_path = http.send(Request("POST", "/"), port).json()

    assert Path(module) == folder / "platforms" / "wsgi" / "__init__.py"
    assert str(REPOSITORY_DIR) not in search_path


def test_it_names_the_server_that_the_tests_run_on(folder: Path) -> None:
    lines = (folder / "requirements.txt").read_text().splitlines()

    assert lines[0].startswith("waitress==")
    assert lines[0].partition(" ")[0] + " \\" in (REPOSITORY_DIR / "requirements" / "serve.txt").read_text()
    assert lines[1:] == ["# nothing more"]


def test_package_has_no_packager(folder: Path) -> None:
    ran = subprocess.run(alone("package"), env=INSTALLED, cwd=folder, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.endswith("error: unrecognized arguments: package\n")


def test_requirement_that_pip_could_not_follow_is_an_error(tmp_path: Path) -> None:
    lay_out(tmp_path, {"handler.py": HANDLER, "requirements.txt": b"-r more.txt\n", "more.txt": b""})

    with pytest.raises(PackageError, match="leads to other files"):
        build(tmp_path)
