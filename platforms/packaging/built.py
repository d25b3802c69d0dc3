"""A package as it was built, and how it gets onto the disk: nothing that was there before is lost."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import zip_file
from .contents import function_digest
from .errors import PackageError

# tells a folder that a package was written to from one of the user's
MANIFEST = "platforms/MANIFEST"


@dataclass(frozen=True)
class Built:
    """What the platform's own tool takes: a folder, or a zip.

    `next_commands` are what the user runs then, with `{output}` where the path of the package stands; `notes` say what
    was decided while it was built.
    """

    files: Mapping[str, bytes] = field(repr=False)
    is_zip: bool
    next_commands: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Return the SHA-256 (hex) over every path, mode and content."""
        return zip_file.digest(self.files)

    @property
    def function_digest(self) -> str:
        """Return the SHA-256 (hex) over the function's own files: the same in the package of every platform."""
        return function_digest(self.files)


def write(built: Built, output: Path) -> None:
    """Write a package. A zip replaces the file; a folder must be new, empty, or one that was written so before.

    Of the latter only what was written before is replaced. Raises PackageError, before anything is changed.
    """
    try:
        if built.is_zip:
            _write_zip(zip_file.pack(built.files), output)
        else:
            _write_folder({**built.files, MANIFEST: _manifest(built.files)}, output)
    except OSError as error:
        raise PackageError(f"cannot write {error.filename or str(output)!r}: {error.strerror}") from None


def _write_zip(content: bytes, output: Path) -> None:
    if output.is_dir():
        raise PackageError(f"{str(output)!r} is a folder, and the package is a zip: name a file with --output")
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=output.parent, prefix=f".{output.name}.", delete=False) as file:
        file.write(content)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(output)


def _write_folder(files: Mapping[str, bytes], output: Path) -> None:
    before = _written_before(output)
    for path in [path for path in files if path not in before and (output / path).exists()]:
        raise PackageError(f"{str(output / path)!r} is in the way, and was not written by us: move it")
    for path in before:
        (output / path).unlink(missing_ok=True)
    _remove_empty_folders({output / path for path in before}, output)
    for path, content in sorted(files.items()):
        target = output / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(zip_file.mode_of(content))


def _remove_empty_folders(gone: set[Path], output: Path) -> None:
    folders = {folder for path in gone for folder in path.parents if output in folder.parents}
    for folder in sorted(folders, reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _written_before(output: Path) -> list[str]:
    """Return what a package has left in the folder. Raises PackageError if it is another's folder, or changed since."""
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return []
    manifest = output / MANIFEST
    if not manifest.is_file():
        raise PackageError(
            f"{str(output)!r} is there, and is no package of ours: name a new or empty folder with --output"
        )
    lines = [line.partition("  ") for line in manifest.read_text(encoding="utf-8").splitlines()]
    for digest, _, path in lines:
        if (output / path).is_file() and _sha256((output / path).read_bytes()) != digest:
            raise PackageError(
                f"{str(output / path)!r} was changed since it was packaged: move it away, or name another folder"
            )
    return [*(path for _, _, path in lines), MANIFEST]


def _manifest(files: Mapping[str, bytes]) -> bytes:
    """Return a line for each file, as sha256sum writes and checks it."""
    return "".join(f"{_sha256(files[path])}  {path}\n" for path in sorted(files)).encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
