"""Where the files are that the tool needs beside its code: the template, compose's services and the lock files.

A wheel has them inside the package, a checkout at their own places; they are named as there.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE_DIR = Path(__file__).parent
_IN_THE_WHEEL = _PACKAGE_DIR / "_assets"
PACKAGES = (_PACKAGE_DIR.parent / "platforms", _PACKAGE_DIR)
"""The folders of what ships and of the tool."""


def path(name: str) -> Path:
    """Return where a file or folder is, by its path in the repository: `requirements/serve.txt`."""
    return (_IN_THE_WHEEL if _IN_THE_WHEEL.is_dir() else _PACKAGE_DIR.parent) / name
