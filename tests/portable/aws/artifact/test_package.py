"""The zip's content and limits, and what it says of both."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from portable.aws.artifact import package
from portable.aws.artifact.target import Package
from portable.packaging import zip_file
from portable.packaging.errors import PackageError
from tests.portable.packaging.trees import lay_out, shipped
from tests.portable.packaging.wheelhouse import make_source, make_wheel, require
from tests.sample import FUNCTION_DIR

ROOT = Path(__file__).parents[4]
SHIM = sorted(f"platforms/{path}" for path in shipped("aws_lambda"))


@pytest.fixture
def function_dir(tmp_path: Path) -> Path:
    """Return the folder of a function that requires nothing."""
    folder = tmp_path / "function"
    folder.mkdir()
    (folder / "handler.py").write_text("def handle(event, context):\n    return 'hello'\n")
    return folder


@pytest.fixture
def wheelhouse(tmp_path: Path) -> Path:
    """Return an empty folder for packages."""
    (tmp_path / "wheelhouse").mkdir()
    return tmp_path / "wheelhouse"


def unpack(built: Package, folder: Path) -> Path:
    """Unzip a package as Lambda does."""
    with zipfile.ZipFile(io.BytesIO(built.content)) as archive:
        archive.extractall(folder)
    return folder


class TestContents:
    def test_sample_has_its_handler_the_shim_and_nothing_else(self) -> None:
        built = package.build(FUNCTION_DIR, "python3.13", None)

        assert list(built.files) == ["function/handler.py", *SHIM]

    def test_shim_is_the_source_as_it_is(self, tmp_path: Path) -> None:
        folder = unpack(package.build(FUNCTION_DIR, "python3.13", None), tmp_path / "task")

        assert [path for path in SHIM if (folder / path).read_bytes() != (ROOT / path).read_bytes()] == []

    def test_package_says_what_it_is(self, function_dir: Path) -> None:
        built = package.build(function_dir, "python3.13", None)
        with zipfile.ZipFile(io.BytesIO(built.content)) as archive:
            assert dict(built.files) == {entry.filename: entry.file_size for entry in archive.infolist()}
            contents = {name: archive.read(name) for name in archive.namelist()}

        assert built.digest == zip_file.digest(contents)
        assert built.code_sha256 == zip_file.code_sha256(built.content)

    def test_function_s_folder_is_there_without_what_is_hidden_or_compiled(self, function_dir: Path) -> None:
        for name in (
            "data/words.txt",
            "data/.hidden",
            ".git/config",
            "__pycache__/handler.pyc",
            "old.pyc",
            "tests/t.py",
        ):
            (function_dir / name).parent.mkdir(exist_ok=True)
            (function_dir / name).write_text("")
        built = package.build(function_dir, "python3.13", None)

        assert built.left_out == (".git/", "__pycache__/", "data/.hidden", "old.pyc", "tests/")
        assert [path for path in built.files if path not in SHIM] == [
            *("function/data/words.txt", "function/handler.py")
        ]

    def test_spec_and_requirements_are_the_deployer_s(self, function_dir: Path) -> None:
        """A changed line of the specification is no new code."""
        before = package.build(function_dir, "python3.13", None)
        (function_dir / "openapi.json").write_text("{}")
        (function_dir / "requirements.txt").write_text("# none")
        (function_dir / "data").mkdir()
        (function_dir / "data" / "openapi.json").write_text("{}")
        after = package.build(function_dir, "python3.13", None)

        assert after.files.keys() - before.files.keys() == {"function/data/openapi.json"}

    def test_function_s_own_files_are_as_they_are(self, function_dir: Path, tmp_path: Path) -> None:
        (function_dir / "handler.py").write_bytes(b'"""Doc."""\r\n# why\r\n')
        folder = unpack(package.build(function_dir, "python3.13", None), tmp_path / "task")

        assert (folder / "function" / "handler.py").read_bytes() == b'"""Doc."""\r\n# why\r\n'

    def test_one_platform_s_whole_folder_ships_and_no_other_s(self, function_dir: Path, tmp_path: Path) -> None:
        names = ("aws_lambda/shim.py", "aws_lambda/__main__.py", "aws_lambda/a.json", "wsgi/shim.py", "a.py", "b")
        lay_out(tmp_path / "platforms", dict.fromkeys(names, b""))
        built = package.build(function_dir, "python3.13", None, platforms_dir=tmp_path / "platforms")

        assert [path for path in built.files if path.startswith("platforms/")] == [
            *("platforms/a.py", "platforms/aws_lambda/__main__.py", "platforms/aws_lambda/a.json"),
            "platforms/aws_lambda/shim.py",
        ]

    def test_unzipped_package_answers_without_the_repository(self, tmp_path: Path) -> None:
        folder = unpack(package.build(FUNCTION_DIR, "python3.13", None), tmp_path / "task")
        ask = (
            "import json, types; from platforms.aws_lambda import shim, events;"
            "context = types.SimpleNamespace(aws_request_id='1', function_name='f',"
            "get_remaining_time_in_millis=lambda: 1000);"
            "print(json.dumps(shim.lambda_handler({'any': 'payload'}, context)))"
        )
        ran = subprocess.run([sys.executable, "-S", "-c", ask], cwd=folder, stdout=subprocess.PIPE, check=True, env={})

        assert json.loads(ran.stdout)["status"] == "success"


class TestBytecode:
    def test_there_is_none_unless_it_is_asked_for(self, function_dir: Path) -> None:
        assert not [path for path in package.build(function_dir, "python3.13", None).files if path.endswith(".pyc")]

    def test_modules_of_the_function_and_of_the_shim_are_compiled(self, function_dir: Path) -> None:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        built = package.build(function_dir, version, None, with_bytecode=True)
        tag = sys.implementation.cache_tag

        assert f"function/__pycache__/handler.{tag}.pyc" in built.files
        assert f"platforms/aws_lambda/__pycache__/shim.{tag}.pyc" in built.files
        assert len(built.files) == 2 * (1 + len(SHIM))


class TestRequirements:
    def test_packages_are_at_the_top(self, function_dir: Path, wheelhouse: Path) -> None:
        make_wheel(wheelhouse, "first")
        require(function_dir, wheelhouse, "first")
        built = package.build(function_dir, "python3.13", "x86_64")

        assert {"first.py", "first-1.0.dist-info/METADATA"} < built.files.keys()
        assert (built.architecture, built.notes) == ("x86_64", ())

    def test_without_an_architecture_it_is_arm64(self, function_dir: Path, wheelhouse: Path) -> None:
        make_wheel(wheelhouse, "native", "cp38-abi3-manylinux_2_28_aarch64")
        make_wheel(wheelhouse, "native", "cp38-abi3-manylinux_2_28_x86_64")
        require(function_dir, wheelhouse, "native")
        built = package.build(function_dir, "python3.13", None)

        assert (built.architecture, built.notes) == ("arm64", ())

    def test_without_a_wheel_for_arm64_it_is_x86_64_and_says_why(self, function_dir: Path, wheelhouse: Path) -> None:
        make_wheel(wheelhouse, "native", "cp38-abi3-manylinux_2_28_x86_64")
        require(function_dir, wheelhouse, "native")
        built = package.build(function_dir, "python3.13", None)

        assert built.architecture == "x86_64"
        assert built.notes == (
            "x86_64 in place of arm64, which costs less: "
            "there is no wheel of native for Python 3.13 on arm64 (aarch64)",
        )

    def test_without_a_wheel_for_either_it_is_an_error(self, function_dir: Path, wheelhouse: Path) -> None:
        make_source(wheelhouse, "oldie")
        require(function_dir, wheelhouse, "oldie")

        with pytest.raises(PackageError, match="there is no wheel of oldie"):
            package.build(function_dir, "python3.13", None)

    @pytest.mark.parametrize("path", ["platforms/new.py", "function/__init__.py", "function.py"])
    def test_package_in_the_place_of_ours_is_an_error(self, function_dir: Path, wheelhouse: Path, path: str) -> None:
        make_wheel(wheelhouse, "other", files={path: b""})
        require(function_dir, wheelhouse, "other")

        with pytest.raises(PackageError, match=r"a package that the function requires brings '(platforms|function)"):
            package.build(function_dir, "python3.13", "arm64")


class TestErrors:
    def test_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(PackageError, match=r"there is no folder '.*nowhere': name the function's"):
            package.build(tmp_path / "nowhere", "python3.13", None)

    def test_empty_folder_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / ".hidden").touch()

        with pytest.raises(PackageError, match=r"nothing to ship in .*: it takes a handler\.py"):
            package.build(tmp_path, "python3.13", None)

    def test_more_than_lambda_takes_zipped_names_the_largest_folders(self, function_dir: Path) -> None:
        (function_dir / "model.bin").write_bytes(random.Random(1).randbytes(51 * 2**20))

        with pytest.raises(
            PackageError, match=r"the package is 51\.\d MB zipped, and Lambda takes 50\.0 MB; .* function 51\.0 MB"
        ):
            package.build(function_dir, "python3.13", "arm64")

    def test_more_than_lambda_takes_unzipped_names_the_largest_folders(self, function_dir: Path) -> None:
        with (function_dir / "zeros.bin").open("wb") as file:
            file.truncate(251 * 2**20)

        with pytest.raises(
            PackageError, match=r"251\.\d MB unzipped, and Lambda takes 250\.0 MB; .* function 251\.0 MB, platforms"
        ):
            package.build(function_dir, "python3.13", "arm64")

    def test_limit_itself_is_allowed(self) -> None:
        package.check_size("zipped", 100, 100, {})

        with pytest.raises(PackageError):
            package.check_size("zipped", 101, 100, {})
