"""Folders as data, for tests that say what is in one and what was left alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

PLATFORMS_DIR = Path(__file__).parents[3] / "platforms"


def shipped(*names: str) -> set[str]:
    """Return what is there to ship for platforms, below platforms/: its modules and every file of their folders."""
    paths = {*PLATFORMS_DIR.glob("*.py"), *(path for name in names for path in (PLATFORMS_DIR / name).rglob("*"))}
    return {path.relative_to(PLATFORMS_DIR).as_posix() for path in paths if path.is_file() and path.suffix != ".pyc"}


def tree(folder: Path) -> dict[str, tuple[str, bytes]]:
    """Return everything below a folder: its kind with its permissions, and its content or where a link leads to."""
    found = {}
    for path in folder.rglob("*"):
        mode = path.lstat().st_mode
        content = b""
        if stat.S_ISLNK(mode):
            content = os.fsencode(path.readlink())
        elif stat.S_ISREG(mode):
            content = path.read_bytes()
        found[path.relative_to(folder).as_posix()] = (stat.filemode(mode), content)
    return found


def lay_out(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder, and return it."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder
