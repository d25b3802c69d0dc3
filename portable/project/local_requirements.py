"""The folders and archives of this machine that a function requires: what changes in them is to be installed again."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from .requirement_files import contents

# https://pip.pypa.io/en/stable/reference/requirements-file-format/
_PLACE = re.compile(
    r"(?:(-e|--editable)[\s=]\s*|[\w.-]+\s*(?:\[[^]]*\])?\s*@\s*)?(?:file:(?://)?)?"
    r"(\.|[^\s;\[#]*/[^\s;\[#]*|[^\s;\[#]+\.(?:whl|zip|tar\.gz))"  # a name without these is no path
    r"(?:\[[^]]*\])?(?:\s*(;[^#]*))?(?:\s|$)"
)
_NO_SOURCE = (".*", "__pycache__", "*.egg-info", "build", "dist", "node_modules")  # builds write into some of them


class LocalRequirement(NamedTuple):
    """A folder or an archive; an editable one is not copied when it is installed. The marker begins with `;`."""

    path: Path
    is_editable: bool
    marker: str


def local_requirements(requirements: Path) -> list[LocalRequirement]:
    """Return what a requirements.txt, and those that it names, lead to on this machine; relative paths are from it.

    Raises BadSettings for a file that cannot be read.
    """
    found = (one for content in contents(requirements).values() for one in _in_file(content, requirements.parent))
    return list(dict.fromkeys(found))


def rebuilt(requirements: Path) -> list[str]:
    """Return the arguments of uv that have the folders built as they are now.

    From a requirements.txt it takes an earlier build, unless the folder's pyproject.toml is newer than that:
    https://docs.astral.sh/uv/concepts/cache/#dynamic-metadata
    """
    copied = (one for one in local_requirements(requirements) if one.path.is_dir() and not one.is_editable)
    return [f"{one.path} {one.marker}".strip() for one in copied]


def state(requirements: Path) -> str:
    """Return what changes when a file of them does: names, sizes and times."""
    files = sorted(file for one in local_requirements(requirements) for file in _files(one.path))
    return "\n".join(map(_state, files))


def _in_file(content: bytes, folder: Path) -> Iterator[LocalRequirement]:
    for line in content.decode(errors="replace").splitlines():
        match = _PLACE.match(line.strip())
        if match and (path := folder / match[2]).exists():
            yield LocalRequirement(path.resolve(), bool(match[1]), (match[3] or "").strip())


def _state(file: Path) -> str:
    found = file.stat()
    return f"{file} {found.st_size} {found.st_mtime_ns}"


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for parent, folders, names in os.walk(path):
        folders[:] = filter(_is_source, folders)
        yield from (file for name in names if _is_source(name) and (file := Path(parent, name)).is_file())


def _is_source(name: str) -> bool:
    return not any(fnmatch(name, pattern) for pattern in _NO_SOURCE)
