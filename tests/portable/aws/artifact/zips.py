"""Packages for tests that have a zip in them which can be unpacked."""

from __future__ import annotations

import hashlib
import io
import zipfile
from base64 import b64encode
from dataclasses import replace

from portable.aws.artifact.target import Package
from portable.aws.settings import Architecture

from ..targets import PACKAGE


def make_package(source: str = "pass", *, architecture: Architecture = "arm64", compression: int = 0) -> Package:
    """Return a package of one file; `compression` is zlib's level, which changes the zip and not its content."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=compression) as archive:
        archive.writestr(zipfile.ZipInfo("handler.py"), source, zipfile.ZIP_DEFLATED, compression)
    return replace(
        PACKAGE,
        content=content.getvalue(),
        architecture=architecture,
        digest=hashlib.sha256(source.encode()).hexdigest(),
        code_sha256=b64encode(hashlib.sha256(content.getvalue()).digest()).decode(),
    )
