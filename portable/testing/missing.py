"""Which of a function's requirements are not installed here: its tests need its own environment then."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..deploying.spelling import spelled
from ..project.environment import is_own
from ..project.requirement_files import FILE_NAME, requirements


def missing(folder: Path) -> list[str]:
    """Return what the requirements.txt of a function's folder names and is not here, or not in such a version."""
    return [line for line in requirements(folder / FILE_NAME) if not _is_here(line)]


def explained(name: str, folder: Path) -> str:
    """Return what is missing for a function and how to test it then; "" if nothing is, as in its own environment."""
    found = "" if is_own(folder) else ", ".join(missing(folder))
    return f"{name} requires {found}, which is not here; `{spelled('test', name)}` runs its tests" if found else ""


def _is_here(line: str) -> bool:
    # most functions require nothing, and this is as large as the rest of a test's start
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate():
            return True
        return wanted.specifier.contains(version(wanted.name), prereleases=True)
    except (InvalidRequirement, PackageNotFoundError):
        return False  # what leads to a file has no name to ask for
