"""Where the project is, for who looks for its stack file in a folder below it."""

from __future__ import annotations

import os
from pathlib import Path

STACK = Path("stack.yml")


def elsewhere(path: Path) -> str:
    """Return what to do where a stack file is not there, but one is in a folder above it; "" if there is none."""
    here = path.absolute().parent
    above = next((folder for folder in here.parents if (folder / STACK).is_file()), None)
    if path.name != STACK.name or above is None:
        return ""
    return f"the project is in {os.path.relpath(above)}: go there"
