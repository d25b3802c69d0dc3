"""What of a function's folder does not ship, here and in the images that are built without the tool."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from portable.deploying.errors import BadSettings
from portable.project.ignored import FILE_NAME, left_out, shipped

REPOSITORY_DIR = Path(__file__).parents[3]
DOCKERFILES = ("template/portable/Dockerfile", "portable/openwhisk/Dockerfile")
SHIPPED = (
    *("handler.py", "contest.py", "latest_test.txt", "testing/x.py", "pages/about.md", "data/LICENSE", "pkg/tests.py"),
    *("pkg/venv.py", "requirements.txt"),
)
LEFT_OUT = (
    *(".env", ".env.local", ".git/config", "data/.hidden/x", "handler.py~", "pkg/old.bak", "a.orig", "old.pyc"),
    *("__pycache__/handler.pyc", "pkg/__pycache__/x.pyc", "x.egg-info/PKG-INFO", "venv/lib/x.py", "htmlcov/index.html"),
    *("node_modules/x/index.js", "tests/test_x.py", "tests/data/x.json", "pkg/tests/x.py", "test/x.py"),
    *("test_handler.py", "pkg/test_x.py", "handler_test.py", "conftest.py", "README.md", "NOTES.rst", "LICENSE"),
)


def write(folder: Path, *paths: str) -> Path:
    """Write empty files and return the folder."""
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return folder


def names(folder: Path) -> list[str]:
    """Return the paths of what ships."""
    return [path.relative_to(folder).as_posix() for path in shipped(folder)]


def test_default_keeps_tests_caches_notes_and_what_is_hidden_out(tmp_path: Path) -> None:
    write(tmp_path, *SHIPPED, *LEFT_OUT)

    assert names(tmp_path) == sorted(SHIPPED)


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_image_that_is_built_without_the_tool_leaves_out_the_same(tmp_path: Path, dockerfile: str) -> None:
    write(tmp_path / "function", *SHIPPED, *LEFT_OUT)
    text = (REPOSITORY_DIR / dockerfile).read_text().replace("\\\n", "")
    (step,) = [
        line.removeprefix("RUN ") for line in text.splitlines() if line.startswith("RUN ") and "*_test.py" in line
    ]
    subprocess.run(re.sub(r"&& /venv/.*", "", step), shell=True, cwd=tmp_path, check=True)

    there = [path for path in (tmp_path / "function").rglob("*") if path.is_file()]
    assert sorted(path.relative_to(tmp_path / "function").as_posix() for path in there) == sorted(SHIPPED)


def test_image_of_a_package_leaves_out_nothing_more(tmp_path: Path) -> None:
    write(tmp_path, "platforms/PACKAGED", "function/tests/x.py")
    text = (REPOSITORY_DIR / DOCKERFILES[0]).read_text().replace("\\\n", "")
    (step,) = [line.removeprefix("RUN ") for line in text.splitlines() if "*_test.py" in line]
    subprocess.run(step, shell=True, cwd=tmp_path, check=True)

    assert (tmp_path / "function" / "tests" / "x.py").exists()


def test_portableignore_leaves_out_more_and_brings_back(tmp_path: Path) -> None:
    write(
        tmp_path, "handler.py", "big.csv", "data/big.csv", "data/small.csv", "tests/x.py", "README.md", ".well-known/x"
    )
    (tmp_path / FILE_NAME).write_text(
        "# as git has it\n/big.csv\n\n!tests/\n!README.md\n!.well-known/\ndata/*\n!data/small.csv\n"
    )

    assert names(tmp_path) == [".well-known/x", "README.md", "data/small.csv", "handler.py", "tests/x.py"]
    assert left_out(tmp_path) == (".portableignore", "big.csv", "data/big.csv")


def test_folder_that_is_left_out_is_named_once(tmp_path: Path) -> None:
    write(tmp_path, "handler.py", "tests/a.py", "tests/deep/b.py", ".env")

    assert left_out(tmp_path) == (".env", "tests/")


@pytest.mark.parametrize("line", ["!", "data\\"])
def test_line_that_is_no_pattern_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / FILE_NAME).write_text(f"*.csv\n{line}\n")

    with pytest.raises(BadSettings) as refused:
        shipped(tmp_path)

    where = tmp_path / FILE_NAME
    assert str(refused.value) == f"{where}:2: {line!r} is no pattern of git's: see `git help gitignore`"


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\xff")

    with pytest.raises(BadSettings, match=r"\.portableignore cannot be read: 'utf-8' codec"):
        shipped(tmp_path)
