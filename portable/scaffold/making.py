"""Write files that were not there before: all of them, or none."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from ..deploying.errors import BadSettings


def make(root: Path, files: Mapping[str, str], changed: tuple[Path, str] | None = None) -> None:
    """Make `files` below a folder, then give a file that is there another text.

    Raises BadSettings if something cannot be written or is there already; then all is as it was before, or the error
    names what could not be removed again.
    """
    made: list[Path] = []
    try:
        for path, text in files.items():
            _make_folders(root, (root / path).parent, made)
            _write(root / path, text, made)
        if changed:
            _replace(changed[0].resolve(), changed[1], made)
    except OSError as error:
        left = ", ".join(_removed(made))
        outcome = f"what was made is still there, remove it: {left}" if left else "nothing was made"
        raise BadSettings(f"cannot make {str(error.filename)!r}: {error.strerror}; {outcome}") from None
    except BaseException:
        _removed(made)
        raise


def _removed(made: list[Path]) -> list[str]:
    """Remove what was made, the last first; return what could not be removed."""
    left = []
    for path in reversed(made):
        try:
            path.rmdir() if path.is_dir() else path.unlink()
        except OSError:
            left.append(str(path))
    return left


def _replace(path: Path, text: str, made: list[Path]) -> None:
    aside = path.with_name(f".{path.name}.new")
    _write(aside, text, made)
    shutil.copymode(path, aside)
    aside.replace(path)


def _write(path: Path, text: str, made: list[Path]) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            made.append(path)
            file.write(text)
    except OSError as error:
        error.filename = path  # a full disk's error names none
        raise


def _make_folders(root: Path, folder: Path, made: list[Path]) -> None:
    if folder != root and not folder.is_dir():
        _make_folders(root, folder.parent, made)
        folder.mkdir()
        made.append(folder)
