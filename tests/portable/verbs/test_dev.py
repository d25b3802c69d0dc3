"""`portable dev`: every function of stack.yml behind one gateway, with requirements of its own."""

from __future__ import annotations

import re
import signal
import urllib.request
from pathlib import Path

import pytest

from tests.runtimes.processes import running

from ..gateway.providers.process.processes import until, wait_until_gone
from ..packaging.wheelhouse import make_folder, make_wheel, require
from .projects import portable, write_stack


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project of two functions, which require different versions of one package."""
    (tmp_path / "wheelhouse").mkdir()
    for name, version in (("one", "1.0"), ("two", "2.0")):
        content = f"version = {version!r}".encode()
        make_wheel(tmp_path / "wheelhouse", "first", files={"first.py": content}, version=version)
        (tmp_path / name).mkdir()
        (tmp_path / name / "handler.py").write_text("import first\ndef handle(event, context): return first.version\n")
        require(tmp_path / name, tmp_path / "wheelhouse", f"first=={version}")
    write_stack(tmp_path, "one", "two")
    return tmp_path


def answer(line: str) -> str:
    """Return what the function answers whose URL ends a line."""
    found = re.search(r"http://\S+$", line.strip())
    assert found, line
    with urllib.request.urlopen(found[0]) as reply:
        return str(reply.read().decode())


def test_functions_run_side_by_side_and_it_says_where_and_again_with_what_they_come_to_require(project: Path) -> None:
    with running(portable("dev", "--port", "0"), cwd=project) as server:
        one, two = (server.wait_for_line(f"{name}:  http") for name in ("one", "two"))
        assert (answer(one), answer(two)) == ("1.0", "2.0")

        require(project / "one", project / "wheelhouse", "first==2.0")
        server.wait_for_line("the source of one")
        server.wait_for_line("serves local/one")
        assert (answer(one), answer(two)) == ("2.0", "2.0")


def test_requirement_that_cannot_be_had_is_told_in_one_line_and_nothing_is_served(project: Path) -> None:
    require(project / "two", project / "wheelhouse", "first==3.0")
    with running(portable("dev", "--port", "0"), cwd=project) as server:
        assert "first==3.0 of two/requirements.txt: there is no such version" in server.wait_for_line("error: ")
        assert server.process.wait() == 2


@pytest.mark.usefixtures("unmeasured")  # coverage has a handler of its own for SIGTERM
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("verb", ["dev", "serve"])
def test_signal_while_an_environment_is_made_ends_it_and_blames_no_requirement(
    project: Path, verb: str, signum: signal.Signals, code: int
) -> None:
    make_folder(project / "slow", "slow", files={})
    building = project / "building"
    told = f"pathlib.Path({str(building)!r}).write_text(f'{{os.getppid()}} {{os.getpid()}}')"
    (project / "slow" / "backend.py").write_text(f"import os, pathlib, time\n{told}\ntime.sleep(600)\n")
    require(project / "one", project / "wheelhouse", "../slow")
    arguments = ["one"] if verb == "serve" else []
    with running(portable(verb, *arguments, "--port", "0"), cwd=project) as server:
        processes = until(lambda: building.read_text().split() if building.exists() else [], "build")
        server.process.send_signal(signum)

        assert server.process.wait() == code
        wait_until_gone(processes)
    assert not [line for line in server.output if "error" in line]
