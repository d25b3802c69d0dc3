"""What pyproject.toml depends on is what the lock of the tool has, in a version that it takes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement

from portable.project.requirement_files import name_of, requirements

ROOT = Path(__file__).parents[1]
_SERVERS_OF_FUNCTIONS = {"granian"}
"""In the environment of each function, and not in the tool's own: portable/project/environment.py."""


def declared() -> list[Requirement]:
    """Return what the wheel requires, and its extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists: Iterable[list[str]] = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(line) for lines in lists for line in lines]


def test_names_are_those_of_the_tools_lock() -> None:
    named = {name_of(line) for line in requirements(ROOT / "requirements" / "tool.in")}

    assert {name_of(str(one)) for one in declared()} == named - _SERVERS_OF_FUNCTIONS


def test_versions_have_a_bound_that_the_lock_is_within() -> None:
    text = (ROOT / "requirements" / "tool.txt").read_text()
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, flags=re.MULTILINE))

    outside = [str(one) for one in declared() if not one.specifier or locked[name_of(one.name)] not in one.specifier]
    assert outside == []
