"""Build the zip that is shipped: the function's folder, the shim, and what the function requires. It calls no AWS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from platforms.aws_lambda.limits import MAX_UNZIPPED_BYTES, MAX_ZIPPED_BYTES

from ...packaging import contents, zip_file
from ...packaging.errors import PackageError
from ...packaging.wheels import Architecture, NoWheel, Place, wheels_of
from ...project.ignored import left_out
from . import bytecode
from .target import Package


def build(
    function_dir: Path,
    runtime: str,
    architecture: Architecture | None,
    *,
    platforms_dir: Path = contents.PLATFORMS_DIR,
    with_bytecode: bool = False,
) -> Package:
    """Return the zip for a runtime such as `python3.13`. Without an architecture: arm64, if all wheels are there.

    Of the function's folder it has what `contents.function_files` says, of platforms/ its modules and the folder of
    this platform.
    Raises PackageError, also for more than Lambda takes.
    """
    function = contents.function_files(function_dir)
    shim = contents.platform_files("aws_lambda", platforms_dir=platforms_dir)
    architecture, packages, notes = _packages(function_dir / "requirements.txt", runtime, architecture)
    contents.check_packages(packages)
    files = {**function, **shim, **packages}
    if with_bytecode:
        files |= bytecode.compile_for(runtime, {**function, **shim})
    check_size("unzipped", sum(map(len, files.values())), MAX_UNZIPPED_BYTES, files)
    content = zip_file.pack(files)
    check_size("zipped", len(content), MAX_ZIPPED_BYTES, files)
    return Package(
        content=content,
        files={path: len(files[path]) for path in sorted(files)},
        architecture=architecture,
        digest=zip_file.digest(files),
        function_digest=contents.function_digest(files),
        code_sha256=zip_file.code_sha256(content),
        notes=notes,
        left_out=left_out(function_dir),
    )


def check_size(what: str, size_bytes: int, most_bytes: int, files: Mapping[str, bytes]) -> None:
    """Raise PackageError with the largest folders if there are more bytes than Lambda takes."""
    if size_bytes <= most_bytes:
        return
    raise PackageError(
        f"the package is {contents.mb(size_bytes)} {what}, and Lambda takes {contents.mb(most_bytes)}; "
        f"the largest in it, unzipped: {contents.largest(files)}"
    )


def _packages(
    requirements: Path, runtime: str, architecture: Architecture | None
) -> tuple[Architecture, dict[str, bytes], tuple[str, ...]]:
    if architecture:
        return architecture, wheels_of(requirements, place_of(runtime, architecture)), ()
    try:
        return "arm64", wheels_of(requirements, place_of(runtime, "arm64")), ()
    except NoWheel as error:
        packages = wheels_of(requirements, place_of(runtime, "x86_64"))
        return "x86_64", packages, (f"x86_64 in place of arm64, which costs less: {error.reason}",)


def place_of(runtime: str, architecture: Architecture) -> Place:
    """Return what wheels for Lambda must fit."""
    python = runtime.removeprefix("python")
    # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html: Amazon Linux 2023 from 3.12 on, 2 before
    glibc_minor = 34 if int(python.partition(".")[2]) >= 12 else 26
    return Place("Lambda", python, architecture, glibc_minor, f"public.ecr.aws/lambda/python:{python}")
