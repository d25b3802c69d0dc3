"""A folder that a package is written into, and that may hold the user's files too: only what we wrote is replaced.

Killed at any moment it is left so that the next run can replace it: the manifest lists, before the first file is
touched, what is there and what will be, and every file changes at once.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from . import manifest, output_file
from .errors import PackageError
from .manifest import Digests

# where each file is written before it takes its place
_PART = f"{manifest.PATH}.part"


def write(files: Mapping[str, bytes], output: Path) -> None:
    """Write a package's files. Raises PackageError, before anything is changed, or OSError."""
    before, after = _written_before(output), manifest.of(files)
    for path in sorted({*before, *after}):
        _check_folders(output, path, before)
        _check_file(output, path, before)
    output.parent.mkdir(parents=True, exist_ok=True)
    _put(manifest.to_bytes(manifest.both(before, after)), output / manifest.PATH, output)
    _remove(before.keys() - after.keys(), output)
    for path in sorted(files):
        _put(files[path], output / path, output)
    _put(manifest.to_bytes(after), output / manifest.PATH, output)


def _written_before(output: Path) -> Digests:
    """Return what a package has left in the folder. Raises PackageError for another's folder."""
    digests = manifest.read(output)
    if digests is None and (os.path.lexists(output) if not output.is_dir() else any(_files_below(output))):
        raise PackageError(
            f"{str(output)!r} is there, and is no package of ours: name a new or empty folder with --output"
        )
    return {**(digests or {}), manifest.PATH: set()}


def _files_below(folder: Path) -> Iterator[Path]:
    paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return (path for path in paths if path != folder / _PART)


def _check_folders(output: Path, path: str, before: Digests) -> None:
    for folder in list(Path(path).parents)[:-1]:
        found = output / folder
        # a link would lead out of the package, to files that are not ours
        if found.is_symlink() or (found.exists() and not found.is_dir() and folder.as_posix() not in before):
            raise _in_the_way(found)


def _check_file(output: Path, path: str, before: Digests) -> None:
    target = output / path
    if target.is_dir() and not target.is_symlink():
        others = [below for below in _files_below(target) if below.relative_to(output).as_posix() not in before]
        if others:
            raise _in_the_way(others[0])
    elif os.path.lexists(target):
        if path not in before or not target.is_file() or target.is_symlink():
            raise _in_the_way(target)
        if path != manifest.PATH and manifest.sha256(target.read_bytes()) not in before[path]:
            raise PackageError(
                f"{str(target)!r} was changed since it was packaged: move it away, or name another folder with --output"
            )


def _in_the_way(path: Path) -> PackageError:
    return PackageError(f"{str(path)!r} is in the way, and was not written by us: move it")


def _remove(paths: Collection[str], output: Path) -> None:
    """Remove files that are not in the package any more, and the folders that are empty without them."""
    gone = {output / path for path in paths if path != manifest.PATH}
    for path in filter(Path.is_file, gone):
        path.unlink()
    folders = {folder for path in gone for folder in path.parents if output in folder.parents}
    for folder in sorted(folders, reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _put(content: bytes, target: Path, output: Path) -> None:
    part = output / _PART
    _make_folder(part.parent)
    _make_folder(target.parent)
    output_file.put(content, target, beside=part)


def _make_folder(folder: Path) -> None:
    """Make a folder that everyone may enter, whatever the umask: an image takes its permissions from here."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir()
        folder.chmod(0o755)
