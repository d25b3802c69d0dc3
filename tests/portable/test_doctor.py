"""`portable doctor`: what is here, what is missing, and what to do about it."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from portable.__main__ import main
from portable.deploying.world import World

from .deploying.worlds import Terminal

STACK = """\
provider: {name: openfaas}
functions:
  greet: {lang: portable, handler: ./greet, image: greet}
  guests: {lang: portable, handler: ./guests, image: guests}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a project with two functions, from which the command is run."""
    (tmp_path / "stack.yml").write_text(STACK)
    for name in ("greet", "guests"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "handler.py").write_text("def handle(event, context): ...\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def program(folder: Path, name: str, text: str) -> None:
    """Write a program into a folder."""
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def examined(path: str = "", *, stdout: io.StringIO | None = None, **environ: str) -> tuple[int, str]:
    """Run the command where PATH is `path`; return its exit code and what it printed."""
    out = stdout or io.StringIO()
    code = main(["doctor"], World(environ={"PATH": path, **environ}, stdout=out))
    return code, out.getvalue()


def findings(path: str = "") -> dict[str, Any]:
    """Return what it tells to machines, by what each finding is about."""
    out = io.StringIO()
    main(["doctor", "--json"], World(environ={"PATH": path}, stdout=out))
    return {one["about"]: one for one in json.loads(out.getvalue())["findings"]}


def test_every_check_is_a_line_and_all_is_well_without_what_only_some_verbs_need(project: Path) -> None:
    code, out = examined()

    lines = out.splitlines()
    assert code == 0
    assert [line.split()[1] for line in lines[:-2]] == [
        *("python", "uv", "template", "docker", "compose", "faas-cli", "aws", "debug"),
        *("stack.yml", "greet", "guests"),
    ]
    assert [line.split()[0] for line in lines[3:6]] == ["--", "--", "--"]
    assert lines[-1] == "all is there"


def test_functions_are_told_with_folder_and_requirements(project: Path) -> None:
    (project / "greet" / "requirements.txt").write_text("# none\n\norjson\n-r more.txt\n")
    (project / "greet" / "more.txt").write_text("pydantic>=2\n")

    found = findings()

    assert found["stack.yml"]["said"] == "greet, guests"
    assert found["greet"]["said"] == "greet, 2 requirements"
    assert found["guests"]["said"] == "guests, 0 requirements"


def test_programs_are_found_on_the_path(project: Path, tmp_path: Path) -> None:
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    program(bin_dir, "docker", "echo 27.1")
    program(bin_dir, "faas-cli", "")

    found = findings(f"{bin_dir}{os.pathsep}/bin")

    assert found["docker"] == {"about": "docker", "said": "engine 27.1", "is_well": True}
    assert found["compose"]["said"] == f"{bin_dir}/docker compose"
    assert found["faas-cli"]["said"] == f"{bin_dir}/faas-cli"


def test_engine_that_cannot_be_reached_is_good_to_know(project: Path, tmp_path: Path) -> None:
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    program(bin_dir, "docker", "echo 'cannot connect' >&2; exit 1")

    found = findings(f"{bin_dir}{os.pathsep}/bin")["docker"]

    assert found == {"about": "docker", "said": "its engine cannot be reached: cannot connect", "is_well": None}


@pytest.mark.parametrize(
    ("change", "about", "said"),
    [
        (lambda folder: (folder / "stack.yml").write_text("functions: ["), "stack.yml", "stack.yml: line"),
        (lambda folder: (folder / "greet" / "handler.py").unlink(), "greet", "greet/handler.py is missing"),
        (lambda folder: (folder / "greet").rename(folder / "x"), "greet", "there is no folder 'greet'"),
        (
            lambda folder: (folder / "greet" / "requirements.txt").write_text("-r none.txt"),
            "greet",
            "none.txt",
        ),
    ],
    ids=["stack file that does not parse", "no handler", "no folder", "no requirements"],
)
def test_what_is_missing_is_a_no_and_exit_code_1(project: Path, change: Any, about: str, said: str) -> None:
    change(project)

    code, out = examined()

    assert code == 1
    (line,) = [line for line in out.splitlines() if line.startswith("  NO")]
    assert line.split()[1] == about
    assert said in line
    assert out.endswith("something is missing: see NO above\n")


@pytest.mark.parametrize(
    ("below", "said"),
    [
        ("", "there is no stack.yml here: `portable new NAME` makes a function"),
        ("greet", "the project is in ..: go there"),
    ],
)
def test_folder_without_a_project_is_good_to_know(
    below: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "greet").mkdir()
    if below:
        (tmp_path / "stack.yml").write_text(STACK)
    monkeypatch.chdir(tmp_path / below)

    code, out = examined()

    assert code == 0
    (line,) = [line for line in out.splitlines() if "stack.yml" in line]
    assert line.startswith("  --")
    assert said in line


def test_marks_are_colored_on_a_terminal_alone(project: Path) -> None:
    assert "\x1b[32mok\x1b[0m" in examined(stdout=Terminal())[1]
    assert "\x1b" not in examined(stdout=Terminal(), NO_COLOR="1")[1]
    assert "\x1b" not in examined()[1]
