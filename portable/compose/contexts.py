"""What the images of a project are built from: the tool as it is installed, and what a function requires.

The function's folder itself is mounted, so that its image stays as it is while the function is written.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from .. import assets
from ..project.functions import Function
from ..project.requirement_files import FILE_NAME
from .services import GATEWAY

_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "_assets")


def write(contexts: Path, functions: Sequence[Function]) -> None:
    """Write a folder for the gateway and each function in place of those that are there."""
    shutil.rmtree(contexts, ignore_errors=True)
    _write_tool(contexts / GATEWAY, "requirements/gateway.txt")
    for function in functions:
        _write_tool(contexts / function.name, "requirements/dev.txt")
        place = contexts / function.name / "function"
        place.mkdir()
        if (requirements := function.folder / FILE_NAME).is_file():
            shutil.copy(requirements, place)


def _write_tool(context: Path, lock: str) -> None:
    """Write the tool's packages and a lock file, where the tool's Dockerfiles look for them."""
    for package in assets.PACKAGES:
        shutil.copytree(package, context / package.name, ignore=_LEFT_OUT)
    (context / lock).parent.mkdir()
    shutil.copy(assets.path(lock), context / lock)
