"""What the wheel installs: what ships and the tool, whole, and nothing else."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from portable import assets
from tests.runtimes.processes import REPOSITORY_DIR

_ASSETS = "portable/_assets/"


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """Return the paths of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_two_packages_are_at_its_top_and_what_is_known_of_them(names: set[str]) -> None:
    (metadata,) = {name.partition("/")[0] for name in names} - {"platforms", "portable"}

    assert metadata.endswith(".dist-info")


def test_every_file_of_the_two_folders_is_in_it_once(names: set[str]) -> None:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "platforms", "portable"]
    there = subprocess.run(listed, cwd=REPOSITORY_DIR, capture_output=True, text=True, check=True).stdout.splitlines()
    in_it = {name for name in names if name.startswith(("platforms/", "portable/")) and not name.startswith(_ASSETS)}

    assert in_it == {path for path in there if (REPOSITORY_DIR / path).is_file()}


def test_its_types_are_for_those_who_install_it(names: set[str]) -> None:
    assert {"platforms/py.typed", "portable/py.typed"} <= names


def test_files_from_beside_the_code_are_as_in_the_checkout(wheel: Path, names: set[str]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        found = {name.removeprefix(_ASSETS): archive.read(name) for name in names if name.startswith(_ASSETS)}

    assert found == {path: assets.path(path).read_bytes() for path in found}
    assert {"docker-compose.yml", "template/portable/Dockerfile", "requirements/gateway.txt"} <= found.keys()


def test_every_file_that_the_tool_asks_for_is_in_it(names: set[str]) -> None:
    for source in REPOSITORY_DIR.glob("portable/**/*.py"):
        for call in source.read_text().split('assets.path("')[1:]:
            assert _ASSETS + call.partition('"')[0] in names, source


def test_command_is_portable_and_the_plugin_is_pytest_s(wheel: Path, names: set[str]) -> None:
    (path,) = [name for name in names if name.endswith("/entry_points.txt")]
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(path).decode()

    assert "[console_scripts]\nportable = portable.__main__:main\n" in text
    assert "[pytest11]\nportable = portable.testing.plugin\n" in text
