"""Build the zip that would be shipped: no call to AWS."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..building import package_of
from ..console import Console
from ..errors import BadSettings
from ..stage import settings_of
from ..world import World


def add_arguments(parser: ArgumentParser) -> None:
    """Add where to write it."""
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the zip there")


def run(arguments: Namespace, world: World, console: Console) -> int:
    """Build, write and describe the zip."""
    package = package_of(arguments, settings_of(arguments, world, offline=True))
    if arguments.output:
        _write(arguments.output, package.content)
    lines = [f"{size:>10,} {path}" for path, size in sorted(package.files.items())] if arguments.verbose else []
    lines += [
        f"{len(package.content):,} bytes, {len(package.files)} files, {package.architecture}",
        f"digest     {package.digest}",
        f"CodeSha256 {package.code_sha256}",
        *(f"note: {note}" for note in package.notes),
    ]
    facts = {"bytes": len(package.content), "files": dict(package.files), "architecture": package.architecture}
    console.result("\n".join(lines), **facts, digest=package.digest, code_sha256=package.code_sha256)
    return 0


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise BadSettings(f"--output: cannot write {str(path)!r}: {error.strerror}") from None
