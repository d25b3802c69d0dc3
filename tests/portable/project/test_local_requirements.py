"""Folders and archives of this machine that a function requires are installed again when they change."""

from __future__ import annotations

import pytest

from ..packaging.wheelhouse import make_wheel
from .environments import Project, evaluated

PYPROJECT = """
[project]
name = "lib"
version = "1.0"
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """
import os, sys, zipfile

def build_wheel(folder, *_):
    return write(folder, "lib.py", open("lib.py").read())

def build_editable(folder, *_):
    return write(folder, "lib.pth", os.getcwd())

def write(folder, path, content):
    name = "lib-1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as archive:
        archive.writestr(path, content)
        archive.writestr("lib-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: lib\\nVersion: 1.0\\n")
        archive.writestr("lib-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr("lib-1.0.dist-info/RECORD", "")
    return name
"""


MARKED = "../lib[extra] ; python_version > '3'  # ours"


@pytest.mark.parametrize("line", ["../lib", "./../lib # ours", "lib @ file://{root}/lib", "-e ../lib", MARKED])
def test_changed_folder_that_it_names_is_installed_again(project: Project, line: str) -> None:
    library, module = project.root / "lib", project.root / "lib" / "lib.py"
    library.mkdir()
    (library / "pyproject.toml").write_text(PYPROJECT)
    (library / "backend.py").write_text(BACKEND)
    module.write_text("version = '1.0'\n")
    project.require(line.format(root=project.root))
    first = project.make()
    assert evaluated(first, project, "import lib; print(lib.version)") == "1.0"
    assert project.make() == first

    module.write_text("version = 'another'\n")
    assert evaluated(project.make(), project, "import lib; print(lib.version)") == "another"


def test_folder_of_the_function_is_not_the_package_of_its_name(project: Project) -> None:
    project.add("first")
    (project.hello.folder / "first").mkdir()
    project.require("first")

    assert evaluated(project.make(), project, "import first; print(first.version)") == "1.0"


def test_folder_for_another_python_is_not_installed(project: Project) -> None:
    (project.root / "lib").mkdir()
    (project.root / "lib" / "pyproject.toml").write_text(PYPROJECT)
    project.require("../lib ; python_version < '3'")

    statements = "from importlib.metadata import version; version('lib')"
    assert evaluated(project.make(), project, statements).endswith("No package metadata was found for lib")


def test_changed_archive_that_it_names_is_installed_again(project: Project) -> None:
    project.add("first")
    project.require("../../wheelhouse/first-1.0-py3-none-any.whl")
    before = project.make()
    make_wheel(project.wheelhouse, "first", files={"first.py": b"version = 'another'"})
    after = project.make()

    assert before != after
    assert evaluated(after, project, "import first; print(first.version)") == "another"
