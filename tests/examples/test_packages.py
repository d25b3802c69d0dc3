"""What ships of the examples: native libraries for where they run, or the names of what the platform installs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import get_args

import pytest

from portable.aws.artifact import package
from portable.packaging import azure_functions, google_cloud, openfaas, openwhisk, wsgi
from portable.packaging.wheels import Architecture

from .projects import PROJECTS, Project

pytestmark = [pytest.mark.runtime, pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)]
# e_machine: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
MACHINES = {"x86_64": 62, "arm64": 183}


@pytest.mark.parametrize("architecture", get_args(Architecture))
def test_zip_for_lambda_has_native_libraries_for_its_processor(project: Project, architecture: Architecture) -> None:
    built = package.build(project.function_dir, "python3.13", architecture)

    with zipfile.ZipFile(io.BytesIO(built.content)) as archive:
        check_libraries({name: archive.read(name) for name in archive.namelist()}, project, architecture, "python3.13")


def test_zip_for_openwhisk_has_native_libraries_for_its_processor(project: Project) -> None:
    built = openwhisk.build(project.function_dir, "python:3.12")

    check_libraries(built.files, project, "x86_64", "python3.12")


@pytest.mark.parametrize("platform", [wsgi, google_cloud, azure_functions], ids=lambda module: module.__name__)
def test_package_of_a_platform_that_installs_names_what_is_required(project: Project, platform: object) -> None:
    built = platform.build(project.function_dir)  # type: ignore[attr-defined]

    required = (project.function_dir / "requirements.txt").read_text().splitlines()
    assert set(required) <= set(built.files["requirements.txt"].decode().splitlines())
    assert not [path for path in built.files if path.endswith(".so")]


def test_package_for_openfaas_names_what_is_required(project: Project) -> None:
    built = openfaas.build(project.function_dir, project.folder / "stack.yml")

    assert built.files["function/requirements.txt"] == (project.function_dir / "requirements.txt").read_bytes()


def test_no_package_has_the_tests(project: Project) -> None:
    files = wsgi.build(project.function_dir).files

    modules = {f"function/{path.name}" for path in project.function_dir.glob("*.py")}
    assert {path for path in files if path.startswith("function/")} == modules


def check_libraries(files: Mapping[str, bytes], project: Project, architecture: str, runtime: str) -> None:
    libraries = {name: content for name, content in files.items() if content.startswith(b"\x7fELF")}
    machines = {name: int.from_bytes(content[18:20], "little") for name, content in libraries.items()}
    tags = {found[1] for name in libraries if (found := re.search(r"\.cpython-(\d+)", name))}

    assert any(name.startswith(project.native) for name in libraries)
    assert set(machines.values()) == {MACHINES[architecture]}
    assert tags <= {runtime.removeprefix("python").replace(".", "")}
