"""`portable test` as a user runs it: pytest, in the environment of each function."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from portable.__main__ import main

from ..deploying.worlds import make_world, printed
from ..packaging.wheelhouse import make_folder, make_wheel, require
from .projects import portable, write_stack

pytestmark = pytest.mark.usefixtures("unmeasured")

HANDLER = "import first\ndef handle(event, context):\n    return first.version\n"
TEST = """\
from portable.testing import Client

def test_version(on_every_platform):
    assert Client("{name}").get("/").text == "{version}"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with two functions that require different versions of a package."""
    # the plugin as an install brings it, also where the tool is run from its source
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p portable.testing.plugin -p no:cacheprovider --import-mode=importlib")
    (tmp_path / "wheelhouse").mkdir()
    for name, version in (("hello", "1.0"), ("other", "2.0")):
        content = f"version = {version!r}".encode()
        make_wheel(tmp_path / "wheelhouse", "first", files={"first.py": content}, version=version)
        (tmp_path / name).mkdir()
        (tmp_path / name / "handler.py").write_text(HANDLER)
        (tmp_path / name / "test_it.py").write_text(TEST.format(name=name, version=version))
        require(tmp_path / name, tmp_path / "wheelhouse", f"first=={version}")
    write_stack(tmp_path, "hello", "other")
    return tmp_path


def test(project: Path, *arguments: str) -> tuple[int, list[str], str]:
    """Run the verb; return the exit code, the lines of stdout, and stderr."""
    done = subprocess.run(portable("test", *arguments), cwd=project, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr


test.__test__ = False  # type: ignore[attr-defined]


def test_each_function_is_tested_with_its_own_requirements(project: Path) -> None:
    code, out, err = test(project, "--", "-q")

    assert (code, out[-2:]) == (0, ["hello: passed", "other: passed"])
    assert sum("9 passed" in line for line in out) == 2
    assert "other: pytest -q other" in err


def test_worst_exit_code_is_the_verbs(project: Path) -> None:
    (project / "hello" / "test_it.py").write_text(TEST.format(name="hello", version="3.0"))
    code, out, _ = test(project, "--platform", "wsgi", "--", "-q")

    assert (code, out[-2:]) == (1, ["hello: failed", "other: passed"])


def test_one_function_and_one_platform_may_be_named(project: Path) -> None:
    code, out, _ = test(project, "other", "--platform", "aws_lambda:url", "--", "-v")

    assert code == 0
    assert [line for line in out if "PASSED" in line] == [
        "other/test_it.py::test_version[aws_lambda:url] PASSED                    [100%]"
    ]


def test_file_of_tests_is_run_in_place_of_all(project: Path) -> None:
    (project / "other" / "test_more.py").write_text("def test_more():\n    assert False\n")

    assert test(project, "other", "--", "other/test_it.py::test_version")[0] == 0


def test_function_without_tests_is_no_failure_if_another_has_some(project: Path) -> None:
    (project / "hello" / "test_it.py").unlink()
    code, out, _ = test(project, "--platform", "wsgi")

    assert (code, out[-2:]) == (0, ["hello: no tests", "other: passed"])
    assert test(project, "hello")[0] == 5


def test_requirement_that_is_a_folder_is_there_in_the_environment_that_has_it(project: Path) -> None:
    make_folder(project / "lib", "lib", files={"lib.py": b""})
    require(project / "hello", project / "wheelhouse", "first==1.0", "../lib")
    code, out, _ = test(project, "hello", "--platform", "wsgi")

    assert (code, [line for line in out if "1 passed" in line]) == (0, out[-1:])


def test_tests_that_are_left_out_are_a_failure(project: Path) -> None:
    (project / "hello" / "test_it.py").write_text(TEST.format(name="other", version="2.0"))
    code, out, _ = test(project, "hello", "--platform", "wsgi")

    assert code == 1
    assert "other requires first==2.0, which is not here; `portable test other` runs its tests" in out


def test_folder_that_pytest_is_to_ignore_is_ignored(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "conftest.py").write_text("assert False")
    (project / "tests" / "test_other.py").write_text("assert False")

    assert test(project, "--platform", "wsgi", "--", "--ignore=tests")[0] == 0
    assert test(project, "other", "--platform", "wsgi")[0] != 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("helo",), "there is no function and no folder 'helo': stack.yml has hello, other"),
        (("--platform", "lambda"), "there is no platform 'lambda'"),
        (("--", "hello/test_it.py"), "hello/test_it.py is of one function: name it, as in `portable test hello -- "),
    ],
)
def test_bad_argument_is_told_and_makes_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], complaint: str
) -> None:
    monkeypatch.chdir(project)
    world = make_world()

    assert main(["test", *arguments], world) == 2
    out, err = printed(world)
    assert out == ""
    assert complaint in err.splitlines()[-1]
    assert not (project / ".portable").exists()
