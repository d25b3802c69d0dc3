"""The files that say what a function requires: its requirements.txt, and those that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..deploying.errors import BadSettings

FILE_NAME = "requirements.txt"
# https://pip.pypa.io/en/stable/reference/requirements-file-format/
_OTHER_FILE = re.compile(r"\s*(?:-[rc]\s*|--(?:requirement|constraint)(?:\s+|\s*=\s*))([^\s#]+)")


def contents(path: Path) -> dict[Path, bytes]:
    """Return the contents of a requirements.txt and of the files that it names with -r and -c; {} if it is not there.

    Raises BadSettings for one that cannot be read.
    """
    found: dict[Path, bytes] = {}
    waiting = [path] if path.exists() else []
    while waiting:
        file = waiting.pop()
        if file not in found:
            found[file] = _read(file)
            waiting += _named_in(found[file], file.parent)
    return found


def _named_in(content: bytes, folder: Path) -> Iterator[Path]:
    for line in content.decode(errors="replace").splitlines():
        if (named := _OTHER_FILE.match(line)) and "://" not in named[1]:
            yield (folder / named[1]).resolve()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadSettings(f"{file} cannot be read: {error.strerror}") from None
