"""The files that say what a function requires: its requirements.txt, and those that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..deploying.errors import BadSettings

FILE_NAME = "requirements.txt"
# https://pip.pypa.io/en/stable/reference/requirements-file-format/
_OTHER_FILE = re.compile(r"-(?:([rc])\s*|-(requirement|constraint)(?:\s+|\s*=\s*))(\S+)")
_EDITABLE = re.compile(r"(?:-e|--editable[\s=])\s*")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_NAME = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:$|[\[(@;<>=!~])")


def contents(path: Path) -> dict[Path, bytes]:
    """Return the contents of a requirements.txt and of the files that it names with -r and -c; {} if it is not there.

    Raises BadSettings for one that cannot be read.
    """
    return _read_all(path, "rc")


def requirements(path: Path) -> list[str]:
    """Return what a requirements.txt and those that it names with -r ask for, without comments and options, each once.

    Raises BadSettings for one that cannot be read.
    """
    lines = (line for content in _read_all(path, "r").values() for line in _lines(content))
    return list(dict.fromkeys(asked for asked in map(_requirement, lines) if asked))


def name_of(requirement: str) -> str:
    """Return the normal name of the project that a requirement names; "" for one that is a path or a URL."""
    match = _NAME.match(requirement)
    return normal(match[1]) if match else ""


def normal(name: str) -> str:
    """Return a project's name as https://packaging.python.org/en/latest/specifications/name-normalization/ has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _read_all(path: Path, kinds: str) -> dict[Path, bytes]:
    """Return the contents of a file and of those that it names, for requirements (r) or constraints (c) too."""
    found: dict[Path, bytes] = {}
    waiting = [path] if path.exists() else []
    while waiting:
        file = waiting.pop()
        if file not in found:
            found[file] = _read(file)
            waiting += [other for kind, other in _others(found[file], file.parent) if kind in kinds]
    return found


def _lines(content: bytes) -> Iterator[str]:
    whole = re.sub(r"\\\r?\n", " ", content.decode(errors="replace"))
    return (_COMMENT.sub("", line).strip() for line in whole.splitlines())


def _others(content: bytes, folder: Path) -> Iterator[tuple[str, Path]]:
    """Return the files that are named, each with `r` for requirements, `c` for constraints."""
    for line in _lines(content):
        if (named := _OTHER_FILE.match(line)) and "://" not in named[3]:
            yield (named[1] or named[2])[0], (folder / named[3]).resolve()


def _requirement(line: str) -> str:
    """Return a line without its hashes; "" for an option."""
    line = _EDITABLE.sub("", line, count=1) if _EDITABLE.match(line) else line
    return "" if line.startswith("-") else re.split(r"\s--", line, maxsplit=1)[0].strip()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadSettings(f"{file} cannot be read: {error.strerror}") from None
