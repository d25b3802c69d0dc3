"""Write files that were not there before: all of them, or none."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from ..deploying.errors import BadSettings


def make(root: Path, files: Mapping[str, str], changed: tuple[Path, str] | None = None) -> None:
    """Make `files` below a folder, then give a file that is there another text.

    Raises BadSettings if something cannot be written or is there already; then all is as it was before.
    """
    try:
        with ExitStack() as undo:
            for path, text in files.items():
                _make_folders(root, (root / path).parent, undo)
                _write(root / path, text, undo)
            if changed:
                _replace(changed[0].resolve(), changed[1], undo)
            undo.pop_all()
    except OSError as error:
        raise BadSettings(f"cannot make {error.filename!r}: {error.strerror}; nothing was made") from None


def _replace(path: Path, text: str, undo: ExitStack) -> None:
    aside = path.with_name(f".{path.name}.new")
    _write(aside, text, undo)
    shutil.copymode(path, aside)
    aside.replace(path)


def _write(path: Path, text: str, undo: ExitStack) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        undo.callback(path.unlink)
        file.write(text)


def _make_folders(root: Path, folder: Path, undo: ExitStack) -> None:
    if folder != root and not folder.is_dir():
        _make_folders(root, folder.parent, undo)
        folder.mkdir()
        undo.callback(folder.rmdir)
