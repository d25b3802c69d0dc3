"""What ships: the function's folder as `function/`, the modules of platforms/ and the folders of its platform."""

from __future__ import annotations

import shutil
from pathlib import Path

from .processes import REPOSITORY_DIR

SAMPLE = REPOSITORY_DIR / "function"
CONFORMANCE = REPOSITORY_DIR / "tests" / "functions" / "conformance"
RECORDS = REPOSITORY_DIR / "tests" / "functions" / "records"
SLOW = REPOSITORY_DIR / "tests" / "functions" / "slow"
_IGNORE = shutil.ignore_patterns("__pycache__")


def build(target_dir: Path, platforms: tuple[str, ...], function_dir: Path) -> Path:
    """Lay out an artifact in `target_dir` and return it."""
    shutil.copytree(function_dir, target_dir / "function", ignore=_IGNORE)
    (target_dir / "platforms").mkdir()
    for module in (REPOSITORY_DIR / "platforms").glob("*.py"):
        shutil.copy(module, target_dir / "platforms")
    for name in platforms:
        shutil.copytree(REPOSITORY_DIR / "platforms" / name, target_dir / "platforms" / name, ignore=_IGNORE)
    return target_dir


def handler_of(function_dir: Path) -> str:
    """Return the HANDLER that names a function's handler from the repository's folder."""
    return ".".join(function_dir.relative_to(REPOSITORY_DIR).parts) + ".handler:handle"
