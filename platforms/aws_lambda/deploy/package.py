"""Build the zip that is shipped: the function's folder, the shim, and what the function requires. It calls no AWS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from . import bytecode, zip_file
from .errors import BadSettings
from .folder import read_folder
from .settings import Architecture
from .shrink import shrink
from .target import Package
from .wheels import NoWheel, wheels_of

PLATFORMS_DIR = Path(__file__).parents[2]
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_ZIPPED_BYTES = 50 * 2**20
MOST_UNZIPPED_BYTES = 250 * 2**20
_OURS = ("function", "platforms")
_FOR_COMMAND_LINES = ("__main__.py", "command_line.py")
_FOR_THE_DEPLOYER = ("openapi.json", "requirements.txt")


def build(
    function_dir: Path,
    runtime: str,
    architecture: Architecture | None,
    *,
    platforms_dir: Path = PLATFORMS_DIR,
    with_bytecode: bool = False,
) -> Package:
    """Return the zip for a runtime such as `python3.13`. Without an architecture: arm64, if all wheels are there.

    Of the function's folder it has everything but names that begin with a dot, bytecode, and the openapi.json and
    requirements.txt at its top, which are the deployer's; of platforms/ its modules and the shim's.
    Raises BadSettings, also for more than Lambda takes.
    """
    function = _function(function_dir)
    shim = _shim(platforms_dir)
    architecture, packages, notes = _packages(function_dir / "requirements.txt", runtime, architecture)
    _check_packages(packages)
    files = {**function, **shim, **packages}
    if with_bytecode:
        files |= bytecode.compile_for(runtime, {**function, **shim})
    check_size("unzipped", sum(map(len, files.values())), MOST_UNZIPPED_BYTES, files)
    content = zip_file.pack(files)
    check_size("zipped", len(content), MOST_ZIPPED_BYTES, files)
    return Package(
        content=content,
        files={path: len(files[path]) for path in sorted(files)},
        architecture=architecture,
        digest=zip_file.digest(files),
        code_sha256=zip_file.code_sha256(content),
        notes=notes,
    )


def check_size(what: str, size_bytes: int, most_bytes: int, files: Mapping[str, bytes]) -> None:
    """Raise BadSettings with the largest folders if there are more bytes than Lambda takes."""
    if size_bytes <= most_bytes:
        return
    sizes: dict[str, int] = {}
    for path, content in files.items():
        top = path.partition("/")[0]
        sizes[top] = sizes.get(top, 0) + len(content)
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    raise BadSettings(
        f"the package is {_mb(size_bytes)} {what}, and Lambda takes {_mb(most_bytes)}; the largest in it, unzipped: "
        + ", ".join(f"{name} {_mb(size)}" for name, size in largest)
    )


def _function(function_dir: Path) -> dict[str, bytes]:
    if not function_dir.is_dir():
        raise BadSettings(f"there is no folder {str(function_dir)!r}: name the function's with --function")
    files = read_folder(function_dir, leave_out=_is_left_out)
    if not files:
        raise BadSettings(f"there is nothing to ship in {str(function_dir)!r}: it takes a handler.py")
    return {f"function/{path}": content for path, content in files.items() if path not in _FOR_THE_DEPLOYER}


def _is_left_out(name: str) -> bool:
    return name.startswith(".") or name == "__pycache__/" or name.endswith(".pyc")


def _shim(platforms_dir: Path) -> dict[str, bytes]:
    """Return the modules directly in platforms/ and those of the shim: the deployer is a folder and stays here."""
    paths = [*platforms_dir.glob("*.py"), *platforms_dir.glob("aws_lambda/*.py")]
    return {
        f"platforms/{path.relative_to(platforms_dir).as_posix()}": shrink(path.read_bytes())
        for path in paths
        if path.name not in _FOR_COMMAND_LINES
    }


def _packages(
    requirements: Path, runtime: str, architecture: Architecture | None
) -> tuple[Architecture, dict[str, bytes], tuple[str, ...]]:
    if architecture:
        return architecture, wheels_of(requirements, runtime, architecture), ()
    try:
        return "arm64", wheels_of(requirements, runtime, "arm64"), ()
    except NoWheel as error:
        packages = wheels_of(requirements, runtime, "x86_64")
        return "x86_64", packages, (f"x86_64 in place of arm64, which costs less: {error.reason}",)


def _check_packages(packages: Mapping[str, bytes]) -> None:
    """Refuse a package that would take the place of the function or of the shim."""
    for path in packages:
        top = path.partition("/")[0]
        if top.partition(".")[0] in _OURS:
            raise BadSettings(
                f"a package that the function requires brings {top!r}, which is the place of our own "
                f"{top.partition('.')[0]}/: require another one in its place"
            )


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:.1f} MB"
