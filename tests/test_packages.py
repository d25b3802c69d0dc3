"""The packages that the command needs: pyproject.toml names them with their least versions, the lock file has each."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NAMED = [
    Requirement(line)
    for line in (
        *PROJECT["dependencies"],
        *(one for extra in PROJECT["optional-dependencies"].values() for one in extra),
    )
]
OF_THE_SERVERS = {"granian"}  # which a function's environment has, and the tool's own needs in a checkout alone


def of_file(path: Path) -> set[str]:
    """Return the names of the packages in a .in file and in those that it leads to."""
    lines = [line.partition("#")[0].strip() for line in path.read_text().splitlines()]
    led_to = [of_file(path.parent / line.removeprefix("-r ")) for line in lines if line.startswith("-r ")]
    own = {Requirement(line).name for line in lines if line and not line.startswith("-r ")}
    return own.union(*led_to)


def test_tool_in_names_what_pyproject_names() -> None:
    assert of_file(ROOT / "requirements/tool.in") - OF_THE_SERVERS == {one.name for one in NAMED}


@pytest.mark.parametrize("lock", ["tool", "test"])
def test_lock_file_has_each_in_a_version_that_pyproject_takes(lock: str) -> None:
    text = (ROOT / f"requirements/{lock}.txt").read_text()
    for one in NAMED:
        versions = re.findall(rf"^{one.name}==(\S+)", text, re.MULTILINE)

        assert versions, one.name
        assert all(one.specifier.contains(version) for version in versions), one.name


def test_each_has_a_least_version() -> None:
    """Pip leaves an older one in place, if there is no other reason to take it away."""
    assert [one.name for one in NAMED if not any(bound.operator == ">=" for bound in one.specifier)] == []
