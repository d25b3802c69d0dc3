"""What every package is made of: the function's folder, and of `platforms/` what runs it on one platform.

What ships is a folder and no list: what is not to ship does not belong into `platforms/`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from ..deploying.errors import BadSettings
from ..project import imports
from ..project.ignored import ignored
from .errors import PackageError
from .folder import name_of, read_folder

PLATFORMS_DIR = Path(__file__).parents[2] / "platforms"
_OURS = ("function", "platforms")
# the deployer's: a line changed in them is no new code
_NOT_RUN = ("openapi.json", "requirements.txt")


def function_files(function_dir: Path) -> dict[str, bytes]:
    """Return the function's files as every platform gets them: unchanged, and in a folder `function/`.

    Left out are what `.portableignore` and its default say, and the openapi.json and requirements.txt at the top.
    Raises PackageError, also for imports that would fail in a package.
    """
    if not function_dir.is_dir():
        raise PackageError(f"there is no folder {str(function_dir)!r}: name the function's with --function")
    try:
        imports.check(function_dir)
        leave_out = ignored(function_dir)
    except BadSettings as error:
        raise PackageError(str(error)) from None
    files = read_folder(function_dir, leave_out=leave_out)
    shipped = {f"function/{path}": content for path, content in files.items() if path not in _NOT_RUN}
    if not shipped:
        raise PackageError(f"there is nothing to ship in {str(function_dir)!r}: it takes a handler.py")
    return shipped


def platform_files(*names: str, platforms_dir: Path = PLATFORMS_DIR) -> dict[str, bytes]:
    """Return the modules directly in platforms/, and every file in the folders of the platforms that are named.

    What begins with a dot and bytecode are left out. Raises PackageError.
    """
    files = {path.name: path.read_bytes() for path in platforms_dir.glob("*.py") if not path.name.startswith(".")}
    for name in names:
        found = read_folder(platforms_dir / name, leave_out=_is_left_out)
        files |= {f"{name}/{path}": content for path, content in found.items()}
    return {f"platforms/{path}": content for path, content in files.items()}


def check_packages(packages: Mapping[str, bytes]) -> None:
    """Refuse a package that would take the place of the function or of the shim."""
    for path in packages:
        top = path.partition("/")[0]
        if top.partition(".")[0] in _OURS:
            raise PackageError(
                f"a package that the function requires brings {top!r}, which is the place of our own "
                f"{top.partition('.')[0]}/: require another one in its place"
            )


def function_digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 (hex) over the function's names and contents: the same in every platform's package."""
    whole = hashlib.sha256()
    for path in sorted(files):
        below = path.removeprefix("function/")
        if below != path and below not in _NOT_RUN:
            whole.update(f"{below}\0{hashlib.sha256(files[path]).hexdigest()}\n".encode())
    return whole.hexdigest()


def largest(files: Mapping[str, bytes]) -> str:
    """Return what is largest at the top of a package that is too large: `function 36.1 MB, flask 2.0 MB`, up to 5."""
    sizes: dict[str, int] = {}
    for path, content in files.items():
        top = path.partition("/")[0]
        sizes[top] = sizes.get(top, 0) + len(content)
    return ", ".join(f"{name} {mb(size)}" for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:5])


def mb(size_bytes: int) -> str:
    """Return a size as people read it."""
    return f"{size_bytes / 2**20:.1f} MB"


def _is_left_out(path: str) -> bool:
    name = name_of(path)
    return name.startswith(".") or name == "__pycache__/" or name.endswith(".pyc")
