"""What the function requires, as wheels for where it runs: another Python, processor and libc than here."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from ..project.local_requirements import rebuilt
from ..project.uv import UvFailed, explained, run_uv
from .errors import PackageError
from .folder import name_of, read_folder

Architecture: TypeAlias = Literal["arm64", "x86_64"]

# e_machine of an ELF header, https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
_ELF_MACHINES = {"x86_64": 0x3E, "arm64": 0xB7}
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
# what differs between two installations, or leads back to the machine that made them
_LEFT_OUT = (
    *("__pycache__/", ".lock", "RECORD", "INSTALLER", "REQUESTED"),
    *("direct_url.json", "uv_cache.json", "uv_build.json"),
)
# the manylinux_2_n of uv's --python-platform, newest first; each takes the wheels of those behind it
_GLIBC_MINORS = (40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 28, 17)
# usable: there is source, which would be built; else there is none
_NO_WHEEL = re.compile(r"([A-Za-z][\w.-]*)(?:[=<>!~]\S+)? ha(?:s|ve) no (usable )?wheels")
_NO_BUILD = "Building source distributions is disabled"


class Place(NamedTuple):
    """Where the function runs: what it is called, its Python such as `3.13`, its processor and its libc.

    `glibc_minor` is the n of its glibc 2.n, `image` one in which a wheel for it can be made.
    """

    name: str
    python: str
    architecture: Architecture
    glibc_minor: int
    image: str

    @property
    def machine(self) -> str:
        """Return the processor as wheels call it."""
        return _MACHINES[self.architecture]


class NoWheel(PackageError):
    """A package that the function requires has no wheel for its place; `reason` is the message without what to do."""

    def __init__(self, reason: str, what_to_do: str) -> None:
        super().__init__(f"{reason}: {what_to_do}")
        self.reason = reason


def wheels_of(requirements: Path, place: Place) -> dict[str, bytes]:
    """Return the installed files of a requirements.txt, for a place; {} if it requires nothing.

    Raises NoWheel, or PackageError with what uv said.
    """
    if not requires_something(requirements):
        return {}
    with tempfile.TemporaryDirectory() as folder:
        _install(requirements, place, folder)
        # scripts begin with the path of the Python that installed them
        files = read_folder(Path(folder), leave_out=lambda path: name_of(path) in _LEFT_OUT)
    files = {path: content for path, content in files.items() if not path.startswith("bin/")}
    for path, content in files.items():
        _check_library(path, content, place)
    return files


def requires_something(requirements: Path) -> bool:
    """Return whether there is a line in a requirements.txt that is no comment. Raises PackageError."""
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    except (OSError, UnicodeDecodeError) as error:
        raise PackageError(f"{requirements} cannot be read: {error}") from error
    return any(line.strip() and not line.lstrip().startswith("#") for line in lines)


def _install(requirements: Path, place: Place, folder: str) -> None:
    command = ["pip", "install", "--python", sys.executable, "--target", folder, "--requirement", requirements.name]
    command += rebuilt(requirements)
    command += ["--python-version", place.python, "--python-platform", _platform(place)]
    command += ["--link-mode", "copy"]
    run = partial(run_uv, cwd=requirements.parent, environ=os.environ)
    try:
        try:
            run([*command, "--only-binary", ":all:"])
        except UvFailed as failed:
            if _NO_BUILD not in str(failed):
                raise
            run(command)  # a folder or a repository is required: it may hold Python alone, which _check_library sees
    except UvFailed as failed:
        raise _failure(str(failed), requirements, place) from None


def _platform(place: Place) -> str:
    glibc_minor = next(minor for minor in _GLIBC_MINORS if minor <= place.glibc_minor)
    return f"{place.machine}-manylinux_2_{glibc_minor}"


def _failure(stderr: str, requirements: Path, place: Place) -> PackageError:
    whole = " ".join(stderr.split())  # uv breaks its lines where a terminal ends
    found = _NO_WHEEL.search(whole)
    if not found:
        return PackageError(explained(stderr, f"{requirements.parent.name}/{requirements.name}"))
    required = re.search(rf"you require ({re.escape(found[1])}==[^\s,]+)", whole)
    package = required[1] if required else found[1]
    reason = f"there is no wheel of {package} for Python {place.python} on {place.architecture} ({place.machine})"
    if not found[2]:
        return NoWheel(reason, "and no source; require another version, or leave it out by a marker")
    return NoWheel(
        reason,
        f"source is not built here, which is not {place.name}. If its name and version are right, make a wheel by "
        f"`docker run --rm --platform linux/{_docker_name(place.architecture)} --entrypoint pip "
        f'-v "$PWD/wheels:/wheels" {place.image} wheel --no-deps -w /wheels {package}`, and run this again with '
        'UV_FIND_LINKS="$PWD/wheels" before it',
    )


def _docker_name(architecture: Architecture) -> str:
    return "amd64" if architecture == "x86_64" else architecture


def _check_library(path: str, content: bytes, place: Place) -> None:
    """Refuse what uv has built here, from a folder or a repository, and what is for another Python."""
    name = path.rpartition("/")[2]
    if not name.endswith(".so"):
        return
    tag = re.search(r"\.cpython-(\d+)", name)
    machine = int.from_bytes(content[18:20], "little")
    is_native = content[:4] == b"\x7fELF" and machine == _ELF_MACHINES[place.architecture]
    if not is_native or (tag and tag[1] != place.python.replace(".", "")):
        raise NoWheel(
            f"{path} is not built for Python {place.python} on {place.architecture}",
            f"require its package by name and version, so that the wheel for {place.name} is taken",
        )
