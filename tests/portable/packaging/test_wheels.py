"""Wheels for Lambda: uv itself, from packages made by hand, and a few from the index."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from portable.aws.artifact.package import place_of
from portable.packaging import zip_file
from portable.packaging.errors import PackageError
from portable.packaging.wheels import Architecture, NoWheel, wheels_of
from portable.project.uv import UvFailed, run_uv

from .wheelhouse import ELF_ARM64, ELF_X86_64, make_folder, make_source, make_wheel, require

# one that is not the Python of this test, and so not what uv would ask
MINOR = 13 if sys.version_info.minor != 13 else 12
RUNTIME = f"python3.{MINOR}"
PLATFORMS = [
    *("manylinux1", "manylinux2010", "manylinux2014", "manylinux_2_5", "manylinux_2_12", "manylinux_2_17"),
    *("manylinux_2_26", "manylinux_2_28", "manylinux_2_34", "linux"),
]


@pytest.fixture
def wheelhouse(tmp_path: Path) -> Path:
    """Return an empty folder for packages."""
    (tmp_path / "wheelhouse").mkdir()
    return tmp_path / "wheelhouse"


@pytest.fixture
def from_index(tmp_path: Path) -> None:
    """Skip without the index that uv is configured for; fail where REQUIRE_TOOLS names it."""
    try:
        run_uv(
            ["pip", "install", "--target", str(tmp_path / "tried"), "six"],
            cwd=tmp_path,
            environ=os.environ,
        )
    except UvFailed:
        message = "package-index is missing; get it by: a uv that reaches its index"
        if "package-index" in os.environ.get("REQUIRE_TOOLS", "").split(","):
            pytest.fail(message)
        pytest.skip(message)


class TestWhatIsInstalled:
    @pytest.mark.parametrize("text", [None, "", "\n# nothing yet\n   \n"], ids=["no-file", "empty", "comments"])
    def test_no_requirement_is_no_file(self, tmp_path: Path, text: str | None) -> None:
        if text is not None:
            (tmp_path / "requirements.txt").write_text(text)

        assert wheels_of(tmp_path / "requirements.txt", place_of(RUNTIME, "arm64")) == {}

    def test_package_and_what_it_requires_are_there(self, tmp_path: Path, wheelhouse: Path) -> None:
        make_wheel(wheelhouse, "first", requires=("second",))
        make_wheel(wheelhouse, "second", files={"second.py": b"x = 1\n"})
        files = wheels_of(require(tmp_path, wheelhouse, "first"), place_of(RUNTIME, "arm64"))

        assert files["second.py"] == b"x = 1\n"
        assert sorted(files) == [
            *("first-1.0.dist-info/METADATA", "first-1.0.dist-info/WHEEL", "first.py"),
            *("second-1.0.dist-info/METADATA", "second-1.0.dist-info/WHEEL", "second.py"),
        ]

    def test_scripts_with_this_python_s_path_are_left_out(self, tmp_path: Path, wheelhouse: Path) -> None:
        make_wheel(wheelhouse, "tool", script="run-the-tool")
        files = wheels_of(require(tmp_path, wheelhouse, "tool"), place_of(RUNTIME, "arm64"))

        assert "tool-1.0.dist-info/entry_points.txt" in files
        assert not [path for path, content in files.items() if sys.prefix.encode() in content]

    def test_two_installations_are_the_same(self, tmp_path: Path, wheelhouse: Path) -> None:
        make_wheel(wheelhouse, "tool", script="run-the-tool")
        requirements = require(tmp_path, wheelhouse, "tool")

        assert wheels_of(requirements, place_of(RUNTIME, "arm64")) == wheels_of(
            requirements, place_of(RUNTIME, "arm64")
        )

    def test_wheels_of_the_message_about_a_missing_one_are_found(
        self, tmp_path: Path, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They need no line in requirements.txt, which Google and faas-cli could not follow."""
        make_wheel(wheelhouse, "native", f"cp3{MINOR}-cp3{MINOR}-linux_aarch64")
        monkeypatch.setenv("UV_FIND_LINKS", str(wheelhouse))
        (tmp_path / "function").mkdir()
        requirements = tmp_path / "function" / "requirements.txt"
        requirements.write_text("--no-index\nnative\n")

        assert "native.py" in wheels_of(requirements, place_of(RUNTIME, "arm64"))

    def test_wheels_beside_the_function_are_found(self, tmp_path: Path, wheelhouse: Path) -> None:
        make_wheel(wheelhouse, "native", f"cp3{MINOR}-cp3{MINOR}-linux_aarch64")
        (tmp_path / "function").mkdir()
        requirements = tmp_path / "function" / "requirements.txt"
        requirements.write_text("--no-index\n--find-links ../wheelhouse\nnative\n")

        assert "native.py" in wheels_of(requirements, place_of(RUNTIME, "arm64"))

    @pytest.mark.parametrize("name", ["runpy", "sysconfig", "platform"])
    def test_module_in_the_function_s_folder_is_not_taken_for_python_s(
        self, tmp_path: Path, wheelhouse: Path, name: str
    ) -> None:
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the function was imported')")
        make_wheel(wheelhouse, "first")

        assert "first.py" in wheels_of(require(tmp_path, wheelhouse, "first"), place_of(RUNTIME, "arm64"))

    def test_settings_for_another_place_do_not_matter(
        self, tmp_path: Path, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        others = {
            "UV_SYSTEM_PYTHON": "1",
            "UV_PYTHON": "3.99",
            "VIRTUAL_ENV": str(tmp_path),
            "UV_COMPILE_BYTECODE": "1",
        }
        for name, value in {**others, "UV_LINK_MODE": "symlink", "PIP_TARGET": str(tmp_path)}.items():
            monkeypatch.setenv(name, value)
        make_wheel(wheelhouse, "first")

        assert "first.py" in wheels_of(require(tmp_path, wheelhouse, "first"), place_of(RUNTIME, "arm64"))


class TestTarget:
    @pytest.mark.parametrize(
        ("architecture", "machine", "elf"),
        [("arm64", "aarch64", ELF_ARM64), ("x86_64", "x86_64", ELF_X86_64)],
        ids=["arm64", "x86_64"],
    )
    def test_wheel_of_the_architecture_is_taken(
        self, tmp_path: Path, wheelhouse: Path, architecture: Architecture, machine: str, elf: bytes
    ) -> None:
        for name, content in {"aarch64": ELF_ARM64, "x86_64": ELF_X86_64}.items():
            tag = f"cp3{MINOR}-cp3{MINOR}-manylinux_2_28_{name}"
            make_wheel(wheelhouse, "native", tag, files={f"native.cpython-3{MINOR}-{name}-linux-gnu.so": content})
        files = wheels_of(require(tmp_path, wheelhouse, "native"), place_of(RUNTIME, architecture))

        assert files[f"native.cpython-3{MINOR}-{machine}-linux-gnu.so"] == elf

    def test_platforms_that_run_on_amazon_linux_2023_are_taken(self, tmp_path: Path, wheelhouse: Path) -> None:
        for tag in PLATFORMS:
            make_wheel(wheelhouse, tag, f"cp38-abi3-{tag}_x86_64")
        files = wheels_of(require(tmp_path, wheelhouse, *PLATFORMS), place_of(RUNTIME, "x86_64"))

        assert [tag for tag in PLATFORMS if f"{tag}.py" not in files] == []

    @pytest.mark.parametrize(
        ("runtime", "tag"),
        [
            ("python3.11", "cp38-abi3-manylinux_2_27_x86_64"),
            ("python3.13", "cp38-abi3-manylinux_2_35_x86_64"),
            ("python3.13", "cp38-abi3-musllinux_1_2_x86_64"),
            ("python3.13", "cp38-abi3-macosx_11_0_arm64"),
            ("python3.13", "cp312-cp312-manylinux_2_17_x86_64"),
            ("python3.13", "cp38-abi3-manylinux_2_17_aarch64"),
        ],
    )
    def test_wheel_that_does_not_run_there_is_an_error(
        self, tmp_path: Path, wheelhouse: Path, runtime: str, tag: str
    ) -> None:
        make_wheel(wheelhouse, "native", tag)

        for line in ("native", "native>=1", "native==1.0"):
            with pytest.raises(NoWheel, match=r"no wheel of native.* and no source; require another version"):
                wheels_of(require(tmp_path, wheelhouse, line), place_of(runtime, "x86_64"))

    def test_package_of_which_no_version_has_a_wheel_is_named(self, tmp_path: Path, wheelhouse: Path) -> None:
        """In uv's message there are ranges of its versions, not the package as it is required."""
        make_wheel(wheelhouse, "native", "cp39-cp39-linux_x86_64")
        make_wheel(wheelhouse, "native", "cp313-cp313-win_amd64", version="2.0")

        with pytest.raises(NoWheel, match=r"no wheel of native for"):
            wheels_of(require(tmp_path, wheelhouse, "native"), place_of(RUNTIME, "x86_64"))

    def test_markers_are_the_target_s(self, tmp_path: Path, wheelhouse: Path) -> None:
        for name in ("newer", "older", "arm", "intel", "windows"):
            make_wheel(wheelhouse, name)
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        make_wheel(
            wheelhouse,
            "first",
            requires=(
                f'newer; python_version == "3.{MINOR}"',
                f'older; python_version == "{here}"',
                'arm; platform_machine == "aarch64"',
                'intel; platform_machine == "x86_64"',
            ),
        )
        requirements = require(tmp_path, wheelhouse, "first", 'windows; sys_platform == "win32"')
        files = wheels_of(requirements, place_of(RUNTIME, "arm64"))

        assert sorted(path for path in files if path.endswith(".py")) == ["arm.py", "first.py", "newer.py"]

    def test_library_that_was_built_here_is_an_error(self, tmp_path: Path, wheelhouse: Path) -> None:
        """A folder or repository is built here; and a wheel may have a wrong tag."""
        make_wheel(wheelhouse, "native", files={"native/fast.so": ELF_X86_64})

        with pytest.raises(NoWheel, match=r"native/fast\.so is not built for .* on arm64: require its package"):
            wheels_of(require(tmp_path, wheelhouse, "native"), place_of(RUNTIME, "arm64"))

    @pytest.mark.parametrize("library", [None, ELF_X86_64], ids=["python-alone", "native"])
    def test_folder_is_built_here_and_taken_if_it_is_python_alone(
        self, tmp_path: Path, wheelhouse: Path, library: bytes | None
    ) -> None:
        make_folder(tmp_path / "lib", "mine", files={"mine/fast.so": library} if library else {})
        requirements = require(tmp_path, wheelhouse, "./lib")
        if library:
            with pytest.raises(NoWheel, match=r"mine/fast\.so is not built for"):
                wheels_of(requirements, place_of(RUNTIME, "arm64"))
        else:
            assert "mine.py" in wheels_of(requirements, place_of(RUNTIME, "arm64"))

    def test_folder_that_changed_is_built_again(self, tmp_path: Path, wheelhouse: Path) -> None:
        make_folder(tmp_path / "lib", "mine", files={"mine.py": b"old"})
        requirements = require(tmp_path, wheelhouse, "./lib")
        assert wheels_of(requirements, place_of(RUNTIME, "arm64"))["mine.py"] == b"old"

        make_wheel(tmp_path / "lib", "mine", files={"mine.py": b"new"})
        assert wheels_of(requirements, place_of(RUNTIME, "arm64"))["mine.py"] == b"new"

    def test_library_for_another_python_is_an_error(self, tmp_path: Path, wheelhouse: Path) -> None:
        make_wheel(wheelhouse, "native", files={"fast.cpython-310-x86_64-linux-gnu.so": ELF_X86_64})

        with pytest.raises(NoWheel, match="is not built for"):
            wheels_of(require(tmp_path, wheelhouse, "native"), place_of(RUNTIME, "x86_64"))


class TestErrors:
    def test_package_that_is_source_alone_is_named_with_what_to_do(self, tmp_path: Path, wheelhouse: Path) -> None:
        make_source(wheelhouse, "oldie")
        with pytest.raises(NoWheel) as error:
            wheels_of(require(tmp_path, wheelhouse, "oldie"), place_of(RUNTIME, "arm64"))

        assert f"there is no wheel of oldie for Python 3.{MINOR} on arm64 (aarch64)" in str(error.value)
        assert f"public.ecr.aws/lambda/python:3.{MINOR} wheel --no-deps -w /wheels oldie" in str(error.value)
        assert str(error.value).endswith('run this again with UV_FIND_LINKS="$PWD/wheels" before it')
        assert "\n" not in str(error.value)

    def test_package_without_a_wheel_that_another_requires_is_named(self, tmp_path: Path, wheelhouse: Path) -> None:
        make_source(wheelhouse, "oldie")
        make_wheel(wheelhouse, "first", requires=("oldie",))

        with pytest.raises(NoWheel, match="there is no wheel of oldie for Python"):
            wheels_of(require(tmp_path, wheelhouse, "first"), place_of(RUNTIME, "arm64"))

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("not a requirement", "requirements.txt: Couldn't parse requirement .* not a requirement"),
            ("first==2.0", "first==2.0 of .*requirements.txt: there is no such version"),
            ("first>1", "first>1 of .*requirements.txt: there is only first==1.0"),
            ("second", "second of .*requirements.txt: the given folders and indexes have no package of that name"),
        ],
    )
    def test_what_else_cannot_be_had_is_named_in_one_line(
        self, tmp_path: Path, wheelhouse: Path, line: str, message: str
    ) -> None:
        make_wheel(wheelhouse, "first")
        with pytest.raises(PackageError, match=message) as error:
            wheels_of(require(tmp_path, wheelhouse, line), place_of(RUNTIME, "arm64"))

        assert not isinstance(error.value, NoWheel)
        assert len(str(error.value).splitlines()) == 1

    def test_requirements_that_are_no_text_are_named(self, tmp_path: Path) -> None:
        (tmp_path / "requirements.txt").write_bytes(b"caf\xe9")

        with pytest.raises(PackageError, match=r"requirements\.txt cannot be read"):
            wheels_of(tmp_path / "requirements.txt", place_of(RUNTIME, "arm64"))


@pytest.mark.usefixtures("from_index")
class TestFromTheIndex:
    """The real tags of a real index, which no wheel made by hand can stand for."""

    def test_native_package_is_for_lambda_and_twice_the_same(self, tmp_path: Path) -> None:
        (tmp_path / "requirements.txt").write_text("orjson\n")
        files = wheels_of(tmp_path / "requirements.txt", place_of("python3.13", "arm64"))
        again = wheels_of(tmp_path / "requirements.txt", place_of("python3.13", "arm64"))

        assert "orjson/orjson.cpython-313-aarch64-linux-gnu.so" in files
        assert zip_file.pack(files) == zip_file.pack(again)

    def test_source_alone_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "requirements.txt").write_text("docopt\n")

        with pytest.raises(NoWheel, match="there is no wheel of docopt"):
            wheels_of(tmp_path / "requirements.txt", place_of("python3.13", "arm64"))
