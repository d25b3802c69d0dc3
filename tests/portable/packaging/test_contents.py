"""What ships of the function's folder and of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from portable.packaging import contents
from portable.packaging.errors import PackageError

from .trees import lay_out


def test_function_ships_without_what_only_deployers_read(tmp_path: Path) -> None:
    shipped = {"handler.py": b"1", "data/openapi.json": b"2", "data/requirements.txt": b"3"}
    lay_out(tmp_path, {**shipped, "openapi.json": b"", "requirements.txt": b"", ".env": b"", "a.pyc": b""})
    lay_out(tmp_path, {"__pycache__/handler.pyc": b"", ".git/config": b"", "data/.hidden/x": b""})

    assert contents.function_files(tmp_path) == {f"function/{path}": content for path, content in shipped.items()}


def test_portableignore_says_what_ships(tmp_path: Path) -> None:
    lay_out(tmp_path, {"handler.py": b"1", "big.csv": b"", "tests/x.py": b"2", "README.md": b""})
    lay_out(tmp_path, {".portableignore": b"*.csv\n!tests/\n"})

    assert contents.function_files(tmp_path) == {"function/handler.py": b"1", "function/tests/x.py": b"2"}


def test_portableignore_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    lay_out(tmp_path, {"handler.py": b"", ".portableignore": b"!\n"})

    with pytest.raises(PackageError, match=r"\.portableignore:1: '!' is no pattern of git's"):
        contents.function_files(tmp_path)


@pytest.mark.parametrize("files", [{}, {".env": b"", "__pycache__/x.pyc": b""}, {"requirements.txt": b"flask\n"}])
def test_folder_with_nothing_that_ships_is_an_error(tmp_path: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(PackageError, match=r"there is nothing to ship in '.*': it takes a handler\.py"):
        contents.function_files(lay_out(tmp_path, files))


def test_platform_ships_its_whole_folder_and_the_modules_above_it(tmp_path: Path) -> None:
    shipped = {"contract.py": b"1", "wsgi/shim.py": b"2", "wsgi/__main__.py": b"3", "wsgi/host.json": b"{}"}
    lay_out(tmp_path, {**shipped, "wsgi/deep/er/x": b"4"})
    lay_out(tmp_path, {"other/shim.py": b"", "MANIFEST": b"", ".backup.py": b"", "wsgi/.backup.py": b""})
    lay_out(tmp_path, {"__pycache__/contract.pyc": b"", "wsgi/__pycache__/shim.pyc": b"", "wsgi/old.pyc": b""})
    (tmp_path / "wsgi" / ".#shim.py").symlink_to("an editor's lock, which leads nowhere")

    found = contents.platform_files("wsgi", platforms_dir=tmp_path)

    assert found == {f"platforms/{path}": data for path, data in {**shipped, "wsgi/deep/er/x": b"4"}.items()}


@pytest.mark.parametrize("path", ["function/handler.py", "platforms.py", "function.cpython-313.so"])
def test_package_that_would_take_our_place_is_refused(path: str) -> None:
    with pytest.raises(PackageError, match=r"which is the place of our own (function|platforms)/"):
        contents.check_packages({"good/x.py": b"", path: b""})
