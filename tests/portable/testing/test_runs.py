"""Which tests run in the environment of which function."""

from __future__ import annotations

from pathlib import Path

import pytest

from portable.project.functions import Function
from portable.testing.runs import runs


def functions(root: Path, *names: str) -> list[Function]:
    """Return functions of a project, each in the folder of its name."""
    return [Function(name, root / name, root) for name in names]


@pytest.fixture
def tests_dir(tmp_path: Path) -> Path:
    """Return the project's `tests/`, with a test of everything, and some of `thumb-nails`."""
    folder = tmp_path / "tests"
    for name in ("thumb-nails", "test_thumb_nails", "more", ".hidden", "__pycache__"):
        (folder / name).mkdir(parents=True)
    for name in ("test_thumb-nails.py", "thumb_nails_test.py", "test_all.py", "helper.py", "conftest.py"):
        (folder / name).touch()
    return folder


def paths(chosen: list[Function], of: list[Function]) -> dict[str, list[str]]:
    """Return what is collected for each function."""
    return {run.function.name: list(run.paths) for run in runs(chosen, of)}


def test_only_function_has_all_tests_of_the_project(tests_dir: Path) -> None:
    one = functions(tests_dir.parent, "hello")

    assert paths(one, one) == {"hello": ["hello", "tests"]}


def test_tests_by_a_functions_name_are_its_own_and_all_others_the_firsts(tests_dir: Path) -> None:
    both = functions(tests_dir.parent, "hello", "thumb-nails")

    assert paths(both, both) == {
        "hello": ["hello", "tests/more", "tests/test_all.py"],
        "thumb-nails": [
            "thumb-nails",
            "tests/test_thumb-nails.py",
            "tests/test_thumb_nails",
            "tests/thumb-nails",
            "tests/thumb_nails_test.py",
        ],
    }
    assert list(paths(both[:1], both)) == ["hello"]


def test_project_without_tests_and_function_of_no_project_have_their_folders(tmp_path: Path) -> None:
    one = functions(tmp_path, "hello")

    assert paths(one, one) == {"hello": ["hello"]}
    (tmp_path / "tests").mkdir()
    assert paths(functions(tmp_path, "other"), one) == {"other": ["other"]}
