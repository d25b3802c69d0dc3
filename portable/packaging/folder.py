"""A folder's files as data. What cannot be shipped as it is, is an error and never left out in silence."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from .errors import PackageError


def read_folder(folder: Path, *, leave_out: Callable[[str], bool]) -> dict[str, bytes]:
    """Return every file's path below the folder (with `/`) and its content.

    `leave_out` is asked for each of these paths, with `/` at the end of a folder's, and says what is not looked at.
    Raises PackageError for what cannot be read, for links and devices, and for names that are no UTF-8.
    """
    try:
        return {path: Path(entry.path).read_bytes() for path, entry in _walk(folder, "", leave_out)}
    except OSError as error:
        raise PackageError(f"{os.fsdecode(error.filename or folder)!r} cannot be read: {error.strerror}") from error


def name_of(path: str) -> str:
    """Return the last part of a path, a folder's with its `/`."""
    return path[path.rstrip("/").rfind("/") + 1 :]


def _walk(folder: Path, below: str, leave_out: Callable[[str], bool]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if leave_out(below + entry.name + "/" * is_folder):
                continue
            _check(entry, is_folder=is_folder)
            if is_folder:
                yield from _walk(Path(entry.path), f"{below}{entry.name}/", leave_out)
            else:
                yield below + entry.name, entry


def _check(entry: os.DirEntry[str], *, is_folder: bool) -> None:
    if entry.is_symlink():
        raise PackageError(
            f"{entry.path!r} is a symbolic link to {str(Path(entry.path).readlink())!r}: put the file itself there, "
            "or name it in .portableignore, and it is left out"
        )
    if not is_folder and not entry.is_file(follow_symlinks=False):
        raise PackageError(f"{entry.path!r} is neither a file nor a folder: move it out of there")
    try:
        entry.name.encode()
    except UnicodeEncodeError:
        raise PackageError(f"the name of {os.fsencode(entry.path)!r} is not UTF-8: rename it") from None
