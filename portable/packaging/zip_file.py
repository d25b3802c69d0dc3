"""A zip whose bytes follow from its files' names and contents alone: no clock, umask, owner or order of reading."""

from __future__ import annotations

import base64
import hashlib
import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

_UNIX = 3
_DATE = (1980, 1, 1, 0, 0, 0)
# what Linux can execute begins so; asking the file system would make the bits of another machine another zip
_EXECUTABLE = (b"#!", b"\x7fELF")


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of these paths with their contents. Another zlib may write other bytes; `digest` is the same."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _DATE)
            entry.create_system = _UNIX
            entry.external_attr = (stat.S_IFREG | mode_of(files[path])) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path], compresslevel=9)
    return packed.getvalue()


def mode_of(content: bytes) -> int:
    """Return the permissions of a file: everyone may read it, and execute what can be executed."""
    return 0o755 if content.startswith(_EXECUTABLE) else 0o644


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 (hex) over every path, mode and content.

    Of bytecode only the path counts: it follows from the source, and another patch release may write it otherwise.
    """
    whole = hashlib.sha256()
    for path in sorted(files):
        content = b"" if path.endswith(".pyc") else files[path]
        whole.update(f"{path}\0{mode_of(content):o}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return whole.hexdigest()


def is_package(path: Path) -> bool:
    """Return whether there is an empty file, or a zip with our modules that `pack` made and nobody changed since."""
    if not path.is_file() or path.stat().st_size == 0:
        return path.is_file()
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        return False
    names = [entry.filename for entry in entries]
    is_as_packed = names == sorted(names) and all(entry.date_time == _DATE for entry in entries)
    return is_as_packed and "platforms/contract.py" in names


def code_sha256(packed: bytes) -> str:
    """Return the SHA-256 (base64) of a zip, as Lambda gives it."""
    return base64.b64encode(hashlib.sha256(packed).digest()).decode()
