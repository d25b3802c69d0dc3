"""The same content is the same zip, whoever packs it, where, when and with what."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import packaging
import pathspec
import pytest
import yaml

from .pythons import VERSIONS, find_python

ROOT = Path(__file__).parents[4]
BUILD = """\
import sys
from pathlib import Path
from portable.aws.artifact import package
built = package.build(Path(sys.argv[1]), "python3.13", None, platforms_dir=Path(sys.argv[2]))
sys.stdout.buffer.write(built.content + built.digest.encode())
"""


def build(
    folder: Path, *, python: str = sys.executable, umask: int = 0o022, environ: dict[str, str] | None = None
) -> bytes:
    """Return the zip and the digest of a copy of the project, in a process of its own."""
    command = [python, "-c", BUILD, str(folder / "function"), str(folder / "platforms")]
    environ = {"PYTHONDONTWRITEBYTECODE": "1", **(environ or {})}
    return subprocess.run(command, cwd=ROOT, env=environ, umask=umask, stdout=subprocess.PIPE, check=True).stdout


class Source:
    """The sample and the platforms as they were when the tests began."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in ("function", "platforms"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "function" / "run.sh").write_text("#!/bin/sh\n")

    def copy(self, folder: Path, *, seed: int = 0, umask: int = 0o022, mtime_s: int = 1_000_000_000) -> Path:
        """Copy the files one by one, in an order of its own."""
        paths = [path for path in self._folder.rglob("*") if path.is_file()]
        random.Random(seed).shuffle(paths)
        before = os.umask(umask)
        try:
            for path in paths:
                target = folder / path.relative_to(self._folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
                os.utime(target, (mtime_s, mtime_s))
        finally:
            os.umask(before)
        return folder


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Return what is copied."""
    return Source(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def expected(source: Source, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the zip and digest with nothing special about them."""
    return build(source.copy(tmp_path_factory.mktemp("expected")))


@pytest.mark.parametrize(
    "how", [{"seed": 7}, {"umask": 0o077}, {"umask": 0}, {"mtime_s": 2_000_000_000}, {"mtime_s": 0}], ids=str
)
def test_zip_does_not_depend_on_how_the_files_were_copied(
    tmp_path: Path, source: Source, expected: bytes, how: dict[str, int]
) -> None:
    assert build(source.copy(tmp_path, **how)) == expected


@pytest.mark.parametrize("bits", [0o777, 0o600])
def test_zip_does_not_depend_on_the_bits_of_a_file_system(
    tmp_path: Path, source: Source, expected: bytes, bits: int
) -> None:
    folder = source.copy(tmp_path)
    for path in folder.rglob("*"):
        path.chmod(bits if path.is_file() else 0o700)

    assert build(folder) == expected


@pytest.mark.parametrize(
    "environ",
    [{"TZ": "Pacific/Kiritimati"}, {"TZ": "America/Anchorage"}, {"LC_ALL": "C"}, {"PYTHONHASHSEED": "1"}],
    ids=str,
)
def test_zip_does_not_depend_on_the_environment(
    tmp_path: Path, source: Source, expected: bytes, environ: dict[str, str]
) -> None:
    assert build(source.copy(tmp_path), environ=environ) == expected


def test_zip_does_not_depend_on_the_umask_of_who_packs(tmp_path: Path, source: Source, expected: bytes) -> None:
    assert build(source.copy(tmp_path), umask=0o077) == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_zip_does_not_depend_on_the_python(tmp_path: Path, source: Source, expected: bytes, version: str) -> None:
    python = find_python(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on this machine")

    packages_dir = tmp_path / "packages"  # what the tool needs of others, of which that Python has none
    packages_dir.mkdir()
    for package in (packaging, pathspec, yaml):
        (packages_dir / package.__name__).symlink_to(Path(str(package.__file__)).parent)

    folder = source.copy(tmp_path / "project")
    assert build(folder, python=python, environ={"PYTHONPATH": str(packages_dir)}) == expected


def test_zip_depends_on_the_content(tmp_path: Path, source: Source, expected: bytes) -> None:
    folder = source.copy(tmp_path)
    with (folder / "function" / "handler.py").open("a") as file:
        file.write("# one more line\n")

    assert build(folder) != expected
