"""Which of a function's requirements are not installed here: its tests need its own environment then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..project.requirement_files import FILE_NAME

# https://pip.pypa.io/en/stable/reference/requirements-file-format/
_OTHER_FILE = re.compile(r"(?:-r|--requirement)[\s=]*(\S+)")
_COMMENT = re.compile(r"(?:^|\s)#.*")


def missing(folder: Path) -> list[str]:
    """Return what the requirements.txt of a function's folder names and is not here, or not in such a version."""
    return list(dict.fromkeys(line for line in _requirements(folder / FILE_NAME) if not _is_here(line)))


def explained(name: str, folder: Path) -> str:
    """Return what is missing for a function and how to test it then; "" if nothing is."""
    found = ", ".join(missing(folder))
    return f"{name} requires {found}, which is not here; `portable test {name}` runs its tests" if found else ""


def _requirements(path: Path, seen: frozenset[Path] = frozenset()) -> Iterator[str]:
    text = path.read_text(errors="replace").replace("\\\n", " ") if path.is_file() and path not in seen else ""
    for line in (_COMMENT.sub("", line).strip() for line in text.splitlines()):
        if other := _OTHER_FILE.match(line):
            yield from _requirements(path.parent / other[1], seen | {path})
        elif line and not line.startswith("-"):
            yield line.partition(" --")[0].strip()  # without its hashes


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
