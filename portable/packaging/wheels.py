"""What the function requires, as wheels for where it runs: another Python, processor and libc than here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from .errors import PackageError
from .folder import name_of, read_folder

Architecture: TypeAlias = Literal["arm64", "x86_64"]

# e_machine of an ELF header, https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
_ELF_MACHINES = {"x86_64": 0x3E, "arm64": 0xB7}
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
# what differs between two installations, or leads back to the machine that made them
_LEFT_OUT = ("__pycache__/", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
_OWN_PLACE = ("PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_USER")
_NO_WHEEL = re.compile(r"No matching distribution found for (\S+)")

# pip asks the Python that it runs on whether `; python_version < "3.12"` holds, whatever --python-version says:
# https://github.com/pypa/pip/issues/11664
_PIP = """\
import runpy, sys
from pip._vendor.packaging import markers
version = sys.argv.pop(1)
machine = sys.argv.pop(1)
target = {
    "implementation_name": "cpython", "implementation_version": version + ".0", "os_name": "posix",
    "platform_machine": machine, "platform_python_implementation": "CPython", "platform_release": "",
    "platform_system": "Linux", "platform_version": "", "python_full_version": version + ".0",
    "python_version": version, "sys_platform": "linux",
}
markers.default_environment = lambda: dict(target)
if not markers.Marker(f'python_version == "{version}" and platform_machine == "{machine}"').evaluate():
    sys.exit("this pip evaluates markers for its own Python: take another version of pip")
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


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

    Raises NoWheel, or PackageError with what pip said.
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
    command = [sys.executable, "-P", "-c", _PIP, place.python, place.machine, "install", "--quiet", "--no-compile"]
    command += ["--no-input", "--disable-pip-version-check", "--only-binary=:all:", "--implementation=cp"]
    command += [f"--python-version={place.python}", *(f"--platform={tag}_{place.machine}" for tag in _tags(place))]
    command += ["--target", folder, "--requirement", requirements.name]
    environ = {name: value for name, value in os.environ.items() if name not in _OWN_PLACE}
    ran = subprocess.run(
        command, cwd=requirements.parent, env=environ, capture_output=True, check=False, text=True, errors="replace"
    )
    if ran.returncode:
        raise _failure(ran.stderr, place)


def _tags(place: Place) -> list[str]:
    """Return what runs there, newest first: pip takes each name literally."""
    names = [f"manylinux_2_{minor}" for minor in range(place.glibc_minor, 4, -1)]
    return [*names, "manylinux2014", "manylinux2010", "manylinux1", "linux"]


def _failure(stderr: str, place: Place) -> PackageError:
    if "No module named 'pip'" in stderr:
        return PackageError(
            f"{sys.executable} has no pip, which gets the function's packages: run it with -m ensurepip"
        )
    if found := _NO_WHEEL.search(stderr):
        package = found[1]
        return NoWheel(
            f"there is no wheel of {package} for Python {place.python} on {place.architecture} ({place.machine})",
            f"source is not built here, which is not {place.name}. If its name and version are right, make a wheel in "
            f"{place.name}'s image:\n  docker run --rm --platform linux/{_docker_name(place.architecture)} "
            f'--entrypoint pip -v "$PWD/wheels:/wheels" {place.image} wheel --no-deps -w /wheels {package}\n'
            "and add the line `--find-links ../wheels` to function/requirements.txt",
        )
    lines = [line.removeprefix("ERROR: ") for line in stderr.splitlines() if line.strip()]
    return PackageError("pip could not get the function's packages:\n  " + "\n  ".join(lines[-5:]))


def _docker_name(architecture: Architecture) -> str:
    return "amd64" if architecture == "x86_64" else architecture


def _check_library(path: str, content: bytes, place: Place) -> None:
    """Refuse what pip has built here, from a folder or a repository, and what is for another Python."""
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
