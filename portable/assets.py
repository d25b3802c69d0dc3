"""Where the tool's own files are: its packages, and beside them the template, compose's services and the lock files.

A wheel has the latter inside the package, a checkout at their own places; they are named as there.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE_DIR = Path(__file__).parent
_IN_THE_WHEEL = _PACKAGE_DIR / "_assets"
_PACKAGES = ("platforms", "portable")


def path(name: str) -> Path:
    """Return where a file or folder is, by its path in the repository: `requirements/serve.txt`."""
    is_beside = name.partition("/")[0] not in _PACKAGES
    return (_IN_THE_WHEEL if is_beside and _IN_THE_WHEEL.is_dir() else _PACKAGE_DIR.parent) / name
