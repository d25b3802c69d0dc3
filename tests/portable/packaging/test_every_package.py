"""What holds for the package of every platform: the same function in it, the same bytes each time, and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from portable import __main__ as portable
from portable.aws.artifact.package import build as build_for_lambda
from portable.packaging import contents
from tests.runtimes.processes import REPOSITORY_DIR
from tests.sample import FUNCTION_DIR, PROJECT_DIR, STACK_PATH

from .trees import lay_out, tree

PLATFORMS = ("wsgi", "openfaas", "openwhisk", "aws_lambda", "google_cloud", "azure_functions")
ZIPPED = ("openwhisk", "aws_lambda")
SHIPPED = {
    "handler.py": b"def handle(event, context):\n    return 'ok'\n",
    "__init__.py": b"",
    "bin/run.sh": b"#!/bin/sh\r\necho\r\n",
    "data/all bytes.bin": bytes(range(256)),
    "data/deep/er/caf\u00e9 \u2028 \u05d0.txt": b"dos\r\nunix\nmac\r",
    "data/openapi.json": b"{}",
    "data/requirements.txt": b"not the function's\n",
    "long.txt": b"x" * 100_000,
}
LEFT_OUT = {
    ".env": b"SECRET=1",
    ".git/config": b"",
    "__pycache__/handler.cpython-311.pyc": b"1",
    "data/__pycache__/x.pyc": b"1",
    "requirements.txt": b"# nothing\r\n",
    "openapi.json": b"{}",
}
# of tools: they begin with a dot because the tool wants it so
OF_TOOLS = (".gcloudignore", ".funcignore", ".python_packages")


@dataclass(frozen=True)
class Packaged:
    """A package on the disk, and what the command that made it printed."""

    output: Path
    out: str

    @property
    def files(self) -> dict[str, bytes]:
        """Return its files but for the manifest."""
        if self.output.is_file():
            with zipfile.ZipFile(self.output) as archive:
                return {name: archive.read(name) for name in archive.namelist()}
        paths = [path for path in self.output.rglob("*") if path.is_file()]
        files = {path.relative_to(self.output).as_posix(): path.read_bytes() for path in paths}
        del files["platforms/MANIFEST"]
        return files

    @property
    def function(self) -> dict[str, bytes]:
        """Return the function's files, as the function sees them."""
        files = {
            path.removeprefix("function/"): data for path, data in self.files.items() if path.startswith("function/")
        }
        files.pop("requirements.txt", None)
        return files


def project(folder: Path, *, seed: int, umask: int, mtime_s: int) -> Path:
    """Lay out a user's project, its files written in an order of its own."""
    paths = [*SHIPPED.items(), *LEFT_OUT.items()]
    random.Random(seed).shuffle(paths)
    before = os.umask(umask)
    try:
        lay_out(folder / "function", dict(paths))
    finally:
        os.umask(before)
    for path in folder.rglob("*"):
        os.utime(path, (mtime_s, mtime_s))
    (folder / "stack.yml").write_bytes(STACK_PATH.read_bytes())
    return folder


def run(name: str, folder: Path, *arguments: str, umask: int, **environ: str) -> Packaged:
    """Run the real command in a project's folder, with the default place for the package."""
    ran = subprocess.run(
        [sys.executable, "-m", "portable", "package", name, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY_DIR), "PYTHONDONTWRITEBYTECODE": "1", **environ},
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return Packaged(folder / "build" / (f"{name}.zip" if name in ZIPPED else name), ran.stdout)


@cache
def both(name: str, folder: Path) -> tuple[Packaged, Packaged]:
    """Package the same function twice: elsewhere, in other circumstances, and once for machines, once for people."""
    one = project(folder / name / "a", seed=1, umask=0o022, mtime_s=1_000_000_000)
    other = project(folder / name / "b c", seed=2, umask=0o077, mtime_s=1_700_000_000)
    return (
        run(name, one, "--json", umask=0o022, TZ="UTC", LC_ALL="C.UTF-8", PYTHONHASHSEED="1"),
        run(name, other, umask=0o077, TZ="Asia/Kathmandu", PYTHONHASHSEED="2"),
    )


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of every project."""
    return tmp_path_factory.mktemp("every")


def digest_of_sample(name: str) -> str:
    """Return the digest of the sample function in the package of a platform."""
    if name == "aws_lambda":
        return build_for_lambda(FUNCTION_DIR, "python3.13", "arm64").function_digest
    with contextlib.chdir(PROJECT_DIR):  # where its stack.yml is
        digest: str = import_module(f"portable.packaging.{name}").build(FUNCTION_DIR).function_digest
    return digest


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the command in this process."""
    return portable.main(["package", name, *arguments])


@pytest.mark.parametrize("name", PLATFORMS)
class TestPackage:
    def test_function_in_it_is_the_user_s_byte_for_byte(self, name: str, top: Path) -> None:
        assert both(name, top)[0].function == SHIPPED

    def test_digest_of_the_function_is_the_same_for_every_platform(self, name: str, top: Path) -> None:
        machines, people = both(name, top)
        expected = contents.function_digest({f"function/{path}": data for path, data in SHIPPED.items()})

        assert json.loads(machines.out)["function"] == expected
        assert re.findall(r"^function +(\w+)$", people.out, re.MULTILINE) == [expected]
        assert digest_of_sample(name) == digest_of_sample("wsgi")

    def test_two_builds_give_the_same_bytes_wherever_whenever_and_by_whomever(self, name: str, top: Path) -> None:
        one, other = (packaged.output for packaged in both(name, top))

        if name in ZIPPED:
            assert one.read_bytes() == other.read_bytes()
        else:
            assert tree(one) == tree(other)

    def test_nothing_is_in_it_that_stays_on_the_deploying_machine(self, name: str, top: Path) -> None:
        for path in both(name, top)[0].files:
            parts = path.split("/")
            assert not {"deploy", "packaging", "gateway", "tests", "__pycache__"} & {*parts}, path
            assert not path.endswith(".pyc")
            assert not [part for part in parts if part.startswith(".") and part not in OF_TOOLS], path

    def test_no_path_of_the_machine_is_in_it(self, name: str, top: Path) -> None:
        for path, content in both(name, top)[0].files.items():
            for place in (top, REPOSITORY_DIR, Path.home(), Path(sys.prefix)):
                assert f"{place}/".encode() not in content, path

    def test_it_has_the_platform_s_shim_and_no_other_s(self, name: str, top: Path) -> None:
        builds_on, place = {"openfaas": ({"wsgi"}, "template/portable/")}.get(name, (set(), ""))
        files = {path.removeprefix(place) for path in both(name, top)[0].files}

        assert f"platforms/{name}/shim.py" in files
        assert {path.split("/")[1] for path in files if path.count("/") > 1 and path.startswith("platforms/")} == {
            name,
            *builds_on,
        }

    def test_people_and_machines_read_what_is_inside_and_what_comes_next(self, name: str, top: Path) -> None:
        machines, people = both(name, top)
        facts, lines = json.loads(machines.out), people.out.splitlines()

        assert facts["files"] == {path: len(content) for path, content in machines.files.items()}
        assert [line.strip() for line in lines if line.endswith("function/long.txt")] == ["100,000 function/long.txt"]
        assert any(line.startswith(f"{facts['bytes']:,} bytes, {len(facts['files'])} files") for line in lines)
        assert re.findall(r"^digest +(\w+)$", people.out, re.MULTILINE) == [facts["digest"]]
        assert [line.removeprefix("next: ") for line in lines if line.startswith("next: ")] == facts["next"] != []
        assert facts["output"] == f"build/{machines.output.name}"

    def test_the_same_command_again_changes_nothing(self, name: str, top: Path) -> None:
        packaged = both(name, top)[1]
        before = tree(packaged.output.parent)

        assert run(name, packaged.output.parents[1], umask=0o077) == packaged
        assert tree(packaged.output.parent) == before

    @pytest.mark.parametrize(
        ("files", "said"),
        [
            (None, "there is no folder 'function': name the function's with --function"),
            ({}, "function/handler.py is missing: it takes `def handle(event, context)`"),
            (
                {"handler.py": b"def handle(event, context): ..."},
                "link' is a symbolic link to 'handler.py': put the file itself there",
            ),
        ],
        ids=["missing", "empty", "a link"],
    )
    def test_folder_that_cannot_ship_is_an_error_and_nothing_is_written(
        self, name: str, files: dict[str, bytes] | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "stack.yml").write_bytes(STACK_PATH.read_bytes())
        if files is not None:
            (tmp_path / "function").mkdir()
            lay_out(tmp_path / "function", files)
        if files:
            (tmp_path / "function" / "link").symlink_to("handler.py")
        before = tree(tmp_path)
        with contextlib.chdir(tmp_path):
            code = main(name, [])

        assert code == 2
        assert said in capsys.readouterr().err
        assert tree(tmp_path) == before
