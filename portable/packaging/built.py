"""A package as it was built, and how it gets onto the disk: nothing of the user's is lost."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from . import manifest, output_file, output_folder, zip_file
from .contents import PLATFORMS_DIR, function_digest
from .errors import PackageError

MANIFEST = manifest.PATH


@dataclass(frozen=True)
class Built:
    """What the platform's own tool takes: a folder, or a zip.

    `next_commands` are what the user runs then, with `{output}` for the path of the package and `{name}` for
    the function's name; `notes` say what
    was decided while it was built, `left_out` what of the function's folder does not ship.
    """

    files: Mapping[str, bytes] = field(repr=False)
    is_zip: bool
    next_commands: tuple[str, ...]
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @cached_property
    def packed(self) -> bytes:
        """Return the zip's bytes."""
        return zip_file.pack(self.files)

    @property
    def size_bytes(self) -> int:
        """Return the size of the zip, or of the folder's files together."""
        return len(self.packed) if self.is_zip else sum(map(len, self.files.values()))

    @property
    def digest(self) -> str:
        """Return the SHA-256 (hex) over every path, mode and content."""
        return zip_file.digest(self.files)

    @property
    def function_digest(self) -> str:
        """Return the SHA-256 (hex) over the function's own files: the same in the package of every platform."""
        return function_digest(self.files)


def write(built: Built, output: Path) -> None:
    """Write a package. A folder must be new, empty, or one that was written so before, and so must a zip.

    Of such a folder only what was written before is replaced or removed. Raises PackageError before anything is
    changed, or where the disk fails: then the next run goes on from there.
    """
    if built.is_zip:
        write_zip(built.packed, output)
        return
    try:
        output_folder.write(built.files, _behind_links(output))
    except OSError as error:
        raise _cannot_write(error, output) from None


def write_zip(packed: bytes, output: Path) -> None:
    """Write a package that is packed already; see `write`."""
    try:
        output_file.write(packed, _behind_links(output))
    except OSError as error:
        raise _cannot_write(error, output) from None


def check_place(output: Path, function_dir: Path) -> None:
    """Raise PackageError for a place in, around or instead of what is packaged."""
    place = _behind_links(output)
    for source in (function_dir, PLATFORMS_DIR):
        folder = _behind_links(source)
        if place == folder or folder in place.parents or place in folder.parents:
            raise PackageError(
                f"{str(output)!r} is no place for the package, which is made from {str(source)!r}: "
                "name another one with --output"
            )


def _behind_links(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _cannot_write(error: OSError, output: Path) -> PackageError:
    return PackageError(f"cannot write {error.filename or str(output)!r}: {error.strerror}")
