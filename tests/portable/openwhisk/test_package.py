"""The zip for OpenWhisk's Python runtime: what is inside, for which Python, and the same bytes wherever it is built."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from portable.__main__ import main
from portable.packaging import zip_file
from portable.packaging.built import write
from portable.packaging.errors import PackageError
from portable.packaging.openwhisk import DEFAULT_KIND, build, place_of
from tests.portable.packaging.trees import shipped
from tests.portable.packaging.wheelhouse import ELF_ARM64, ELF_X86_64, make_wheel, require
from tests.sample import FUNCTION_DIR as SAMPLE

ROOT = Path(__file__).parents[3]


@pytest.fixture
def function_dir(tmp_path: Path) -> Path:
    """Return a function's folder that has what is not shipped too."""
    folder = tmp_path / "source"
    (folder / "words" / "__pycache__").mkdir(parents=True)
    (folder / "handler.py").write_text("def handle(event, context):\n    return None\n")
    (folder / "words" / "list.txt").write_text("moon\n")
    (folder / "openapi.json").write_text("{}")
    (folder / ".secret").write_text("x")
    (folder / "words" / "__pycache__" / "a.pyc").write_text("x")
    return folder


@pytest.fixture
def wheelhouse(tmp_path: Path) -> Path:
    """Return an empty folder for packages."""
    (tmp_path / "wheelhouse").mkdir()
    return tmp_path / "wheelhouse"


class TestWhatIsInside:
    def test_zip_has_the_function_the_shim_and_the_name_that_the_runtime_imports(self, function_dir: Path) -> None:
        built = build(function_dir)

        assert built.is_zip
        assert built.files["__main__.py"] == b"from platforms.openwhisk.shim import main\n"
        assert built.files["function/handler.py"] == (function_dir / "handler.py").read_bytes()
        assert [path for path in sorted(built.files) if not path.startswith("platforms/")] == [
            *("__main__.py", "function/handler.py", "function/words/list.txt")
        ]

    def test_zip_has_the_platform_s_whole_folder(self) -> None:
        paths = {path.removeprefix("platforms/") for path in build(SAMPLE).files if path.startswith("platforms/")}

        assert paths == shipped("openwhisk")

    def test_packages_lie_beside_the_function(self, function_dir: Path, wheelhouse: Path) -> None:
        make_wheel(wheelhouse, "moon", files={"moon/__init__.py": b"PHASE = 1\n"})
        require(function_dir, wheelhouse, "moon")
        files = build(function_dir).files

        assert files["moon/__init__.py"] == b"PHASE = 1\n"
        assert not [path for path in files if path.endswith("requirements.txt")]

    def test_every_module_of_ours_is_the_source_as_it_is(self) -> None:
        for path, content in build(SAMPLE).files.items():
            if path.startswith("platforms/"):
                assert content == (ROOT / path).read_bytes()


class TestKind:
    @pytest.mark.parametrize("kind", ["python:3.11", "python:3.13"])
    def test_packages_are_for_the_kind_s_python_on_debian_12(
        self, function_dir: Path, wheelhouse: Path, kind: str
    ) -> None:
        for tag in ("cp311-cp311", "cp312-cp312", "cp313-cp313"):
            for machine, elf in {"x86_64": ELF_X86_64, "aarch64": ELF_ARM64}.items():
                files = {f"fast.cpython-{tag[2:5]}-{machine}-linux-gnu.so": elf}
                make_wheel(wheelhouse, "fast", f"{tag}-manylinux_2_36_{machine}", files=files)
        require(function_dir, wheelhouse, "fast")
        digits = kind.removeprefix("python:").replace(".", "")

        assert f"fast.cpython-{digits}-x86_64-linux-gnu.so" in build(function_dir, kind).files

    def test_next_command_names_the_kind(self) -> None:
        assert DEFAULT_KIND == "python:3.12"
        assert build(SAMPLE, "python:3.13").next_commands == (
            "wsk action update {name} {output} --kind python:3.13 --web raw -a web-custom-options true",
        )

    @pytest.mark.parametrize(
        "kind", ["python", "python:3", "python:default", "python:3.9", "python:4.0", "nodejs:20", "", "python:3.12\n"]
    )
    def test_kind_that_cannot_run_it_is_an_error_that_says_which_can(self, kind: str) -> None:
        with pytest.raises(PackageError, match=r"the kind is .* takes python:3\.11 or newer .* such as python:3\.12"):
            place_of(kind)

    def test_newer_wheel_than_the_runtime_s_libc_is_an_error_with_its_image(
        self, function_dir: Path, wheelhouse: Path
    ) -> None:
        make_wheel(wheelhouse, "fast", "cp312-cp312-manylinux_2_37_x86_64")
        require(function_dir, wheelhouse, "fast")

        with pytest.raises(PackageError, match=r"openwhisk/action-python-v3\.12 wheel --no-deps -w /wheels fast"):
            build(function_dir)


class TestRefused:
    @pytest.mark.parametrize("top", ["virtualenv/__init__.py", "exec__.py"])
    def test_package_in_a_place_of_the_runtime_is_an_error(
        self, function_dir: Path, wheelhouse: Path, top: str
    ) -> None:
        make_wheel(wheelhouse, "taking", files={top: b""})
        require(function_dir, wheelhouse, "taking")

        with pytest.raises(PackageError, match="which OpenWhisk's runtime takes for its own"):
            build(function_dir)

    def test_package_in_the_function_s_place_is_an_error(self, function_dir: Path, wheelhouse: Path) -> None:
        make_wheel(wheelhouse, "taking", files={"function/handler.py": b""})
        require(function_dir, wheelhouse, "taking")

        with pytest.raises(PackageError, match="require another one"):
            build(function_dir)

    def test_zip_over_48_mb_in_base64_is_an_error_with_the_largest(self, function_dir: Path) -> None:
        (function_dir / "model.bin").write_bytes(random.Random(1).randbytes(36 * 2**20 + 2**16))

        with pytest.raises(
            PackageError, match=r"48\.\d MB in base64, and OpenWhisk takes 48\.0 MB.* function 36\.1 MB"
        ):
            build(function_dir)


class TestCommand:
    def test_kind_is_an_argument(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        output = tmp_path / "openwhisk.zip"
        arguments = ["--function", str(SAMPLE), "--kind", "python:3.11", "-o", str(output)]
        code = main(["package", "openwhisk", *arguments])

        assert code == 0
        assert f"next: wsk action update {SAMPLE.name} {output} --kind python:3.11" in capsys.readouterr().out
        assert zipfile.ZipFile(output).testzip() is None

    def test_bad_kind_is_said_and_nothing_is_written(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        output = tmp_path / "openwhisk.zip"
        code = main(["package", "openwhisk", "--function", str(SAMPLE), "--kind", "python:2", "-o", str(output)])

        assert code == 2
        assert capsys.readouterr().err.startswith("error: the kind is 'python:2'")
        assert not output.exists()


class TestBytes:
    """Copied in another order, by another clock and umask, read with other bits: the same zip."""

    BUILD = (
        "import sys; from pathlib import Path; from portable.packaging import zip_file; "
        "from portable.packaging.openwhisk import build; "
        "sys.stdout.buffer.write(zip_file.pack(build(Path('function')).files))"
    )

    def test_zip_follows_from_the_content_alone(self, tmp_path: Path) -> None:
        first = self._build(_copy(tmp_path / "a", seed=1, umask=0o022, mtime_s=1_000_000_000), umask=0o022)
        again = self._build(
            _copy(tmp_path / "b", seed=2, umask=0o077, mtime_s=0),
            umask=0o077,
            TZ="Pacific/Kiritimati",
            LC_ALL="C",
            PYTHONHASHSEED="7",
        )

        assert first == again
        assert set(zipfile.ZipFile(io.BytesIO(first)).namelist()) == set(build(SAMPLE).files)

    def test_zip_follows_from_the_content(self, tmp_path: Path) -> None:
        folder = _copy(tmp_path, seed=1, umask=0o022, mtime_s=1_000_000_000)
        before = build(folder / "function")
        with (folder / "function" / "handler.py").open("a") as file:
            file.write("# one more line\n")

        assert zip_file.pack(build(folder / "function").files) != zip_file.pack(before.files)
        assert build(folder / "function").function_digest != before.function_digest

    def test_written_zip_is_what_was_built(self, tmp_path: Path) -> None:
        write(build(SAMPLE), tmp_path / "openwhisk.zip")

        assert (tmp_path / "openwhisk.zip").read_bytes() == zip_file.pack(build(SAMPLE).files)

    def _build(self, folder: Path, *, umask: int, **environ: str) -> bytes:
        ran = subprocess.run(
            [sys.executable, "-c", self.BUILD],
            cwd=folder,
            env={"PYTHONDONTWRITEBYTECODE": "1", **environ},
            umask=umask,
            stdout=subprocess.PIPE,
            check=True,
        )
        return ran.stdout


def _copy(folder: Path, *, seed: int, umask: int, mtime_s: int) -> Path:
    """Copy the sample and the platforms one by one, in an order of its own."""
    paths = [path for name in ("function", "platforms", "portable") for path in (ROOT / name).rglob("*.py")]
    random.Random(seed).shuffle(paths)
    before = os.umask(umask)
    try:
        for path in paths:
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            os.utime(target, (mtime_s, mtime_s))
    finally:
        os.umask(before)
    return folder
