"""A file that is there whole or not at all, and a zip that takes the place of nothing but another package."""

from __future__ import annotations

import os
from pathlib import Path

from . import zip_file
from .errors import PackageError


def put(content: bytes, target: Path, *, beside: Path) -> None:
    """Write a file, by way of the file `beside` on the same disk. Raises OSError, and leaves what was there."""
    beside.unlink(missing_ok=True)
    try:
        with beside.open("xb") as file:
            file.write(content)
        beside.chmod(zip_file.mode_of(content))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def write(packed: bytes, output: Path) -> None:
    """Write a zip. Raises PackageError for a place that has something else, or OSError; nothing is changed then."""
    if output.is_dir():
        raise PackageError(f"{str(output)!r} is a folder, and the package is a zip: name a file with --output")
    if output.exists() and not zip_file.is_package(output):
        raise PackageError(f"{str(output)!r} is there, and is no package of ours: name another file with --output")
    output.parent.mkdir(parents=True, exist_ok=True)
    put(packed, output, beside=output.with_name(f".{output.name}.{os.getpid()}.part"))
