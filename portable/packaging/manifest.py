"""The list of what was written into a folder, which tells a package's files from the user's.

It is a file as `sha256sum` writes it, so that `sha256sum --check` in the folder says whether a package is whole.
While a package takes the place of another one, the list has the files of both.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Set
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from .errors import PackageError

PATH = "platforms/MANIFEST"
# each path in a folder, with the SHA-256 (hex) of every content that it may have
Digests: TypeAlias = Mapping[str, Set[str]]

_LINE = re.compile(r"\\?([0-9a-f]{64})  (.+)")
_ESCAPES = {"\\": r"\\", "\n": r"\n", "\r": r"\r"}


def of(files: Mapping[str, bytes]) -> Digests:
    """Return the list of a package's files."""
    return {path: {sha256(content)} for path, content in files.items()}


def both(one: Digests, other: Digests) -> Digests:
    """Return the list of the files that are in either."""
    return {path: {*one.get(path, ()), *other.get(path, ())} for path in {**one, **other}}


def to_bytes(digests: Digests) -> bytes:
    """Return the file that has the list."""
    return "".join(_line(digest, path) for path in sorted(digests) for digest in sorted(digests[path])).encode()


def read(folder: Path) -> Digests | None:
    """Return the list that a folder has; None without one. Raises PackageError for a file that is no such list."""
    try:
        lines = (folder / PATH).read_bytes().decode().split("\n")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise PackageError(f"{str(folder / PATH)!r} cannot be read: {error}") from error
    digests: dict[str, set[str]] = {}
    for line in filter(None, lines):
        digest, path = _parsed(line, folder)
        digests.setdefault(path, set()).add(digest)
    return digests


def sha256(content: bytes) -> str:
    """Return the SHA-256 (hex)."""
    return hashlib.sha256(content).hexdigest()


def _line(digest: str, path: str) -> str:
    # https://www.gnu.org/software/coreutils/manual/html_node/cksum-output-modes.html
    escaped = re.sub(r"[\\\n\r]", lambda found: _ESCAPES[found[0]], path)
    return f"{chr(92) if escaped != path else ''}{digest}  {escaped}\n"


def _parsed(line: str, folder: Path) -> tuple[str, str]:
    found = _LINE.fullmatch(line)
    path = found[2] if found else ""
    if line.startswith("\\"):
        path = re.sub(r"\\[\\nr]", lambda escape: {new: old for old, new in _ESCAPES.items()}[escape[0]], path)
    if not found or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        raise PackageError(
            f"{str(folder / PATH)!r} was not written by us: name a new or empty folder with --output, "
            "or remove this one"
        )
    return found[1], path
