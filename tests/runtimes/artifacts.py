"""The functions that tests ship, and what ships to Lambda: the zip itself."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

from portable.aws.artifact.package import build
from tests.sample import FUNCTION_DIR

from .processes import REPOSITORY_DIR

SAMPLE = FUNCTION_DIR
CONFORMANCE = REPOSITORY_DIR / "tests" / "functions" / "conformance"
RECORDS = REPOSITORY_DIR / "tests" / "functions" / "records"
SLOW = REPOSITORY_DIR / "tests" / "functions" / "slow"


def unzipped(target_dir: Path, function_dir: Path) -> Path:
    """Lay out in `target_dir` what the deployer ships to Lambda, and return it."""
    package = build(function_dir, f"python3.{sys.version_info.minor}", None)
    zipfile.ZipFile(io.BytesIO(package.content)).extractall(target_dir)
    return target_dir


def handler_of(function_dir: Path) -> str:
    """Return the HANDLER that names a function's handler from the repository's folder."""
    return ".".join(function_dir.relative_to(REPOSITORY_DIR).parts) + ".handler:handle"
