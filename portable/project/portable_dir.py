"""A project's folder `.portable/`, where the tool keeps what it makes: git ignores it, and no other user reads it."""

from __future__ import annotations

from pathlib import Path

PORTABLE_DIR = ".portable"


def make_portable_dir(root: Path) -> Path:
    """Return the folder of the project in `root`, which is made if it is not there. Raises OSError."""
    folder = root / PORTABLE_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)  # of an earlier version of the tool it was open to all
    (folder / ".gitignore").write_text("*\n")
    return folder
