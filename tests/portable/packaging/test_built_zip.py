"""How a zip gets onto the disk: whole or not at all, and in the place of nothing but another package."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from portable.packaging.built import Built, check_place, write
from portable.packaging.contents import PLATFORMS_DIR
from portable.packaging.errors import PackageError
from portable.packaging.output_file import put

from .trees import lay_out, tree

OLD = Built(files={"function/handler.py": b"1", "platforms/contract.py": b"c"}, is_zip=True, next_commands=())
NEW = Built(files={"function/handler.py": b"2", "platforms/contract.py": b"c"}, is_zip=True, next_commands=())


def check_refused(output: Path, said: str) -> None:
    """Check that writing NEW says that, and changes nothing."""
    before = tree(output.parent)
    with pytest.raises(PackageError, match=said):
        write(NEW, output)

    assert tree(output.parent) == before


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_new_zip_is_the_packed_files_and_everyone_may_read_it(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write(NEW, tmp_path / "new" / "one.zip")
    finally:
        os.umask(before)

    assert tree(tmp_path / "new") == {"one.zip": ("-rw-r--r--", NEW.packed)}


def test_own_package_is_replaced_at_once(tmp_path: Path) -> None:
    write(OLD, tmp_path / "one.zip")
    with (tmp_path / "one.zip").open("rb") as reader:
        write(NEW, tmp_path / "one.zip")

        assert reader.read() == OLD.packed
    assert tree(tmp_path) == {"one.zip": ("-rw-r--r--", NEW.packed)}


def test_empty_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "from mktemp").touch()
    write(NEW, tmp_path / "from mktemp")

    assert (tmp_path / "from mktemp").read_bytes() == NEW.packed


def test_link_is_followed_and_kept(tmp_path: Path) -> None:
    (tmp_path / "link.zip").symlink_to("one.zip")
    write(NEW, tmp_path / "link.zip")

    assert (tmp_path / "link.zip").is_symlink()
    assert (tmp_path / "one.zip").read_bytes() == NEW.packed


def test_folder_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.zip").mkdir()

    check_refused(tmp_path / "one.zip", "is a folder, and the package is a zip: name a file with --output")


@pytest.mark.parametrize("content", [b"my own", OLD.packed[:-30]], ids=["text", "half a zip"])
def test_file_of_the_user_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "one.zip").write_bytes(content)

    check_refused(tmp_path / "one.zip", "is no package of ours: name another file")


@pytest.mark.parametrize("files", [OLD.files, {"mine.txt": b""}], ids=["like ours", "another"])
def test_zip_of_the_user_is_refused(tmp_path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2024, 2, 2, 2, 2, 2)), content)

    check_refused(tmp_path / "one.zip", "is no package of ours")


def test_own_package_that_the_user_added_to_is_refused(tmp_path: Path) -> None:
    write(OLD, tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "one.zip", "a") as archive:
        archive.writestr("function/mine.py", b"")

    check_refused(tmp_path / "one.zip", "is no package of ours")


def test_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    check_refused(tmp_path / "pipe", "is no package of ours")


def test_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    """The name is as long as one may be: that of the file beside it is too long."""
    check_refused(tmp_path / ("z" * 255), "cannot write '.*zzz.*': File name too long")


def test_failure_when_it_takes_its_place_leaves_nothing_behind(tmp_path: Path) -> None:
    lay_out(tmp_path, {"taken/mine": b"mine"})
    with pytest.raises(OSError, match="Is a directory"):
        put(b"new", tmp_path / "taken", beside=tmp_path / "taken.part")

    assert tree(tmp_path).keys() == {"taken", "taken/mine"}


class TestCheckPlace:
    @pytest.mark.parametrize("place", ["function", "function/handler.py", "function/new/one.zip", ".", "link/x"])
    def test_place_in_around_or_instead_of_the_function_is_refused(self, tmp_path: Path, place: str) -> None:
        lay_out(tmp_path, {"function/handler.py": b""})
        (tmp_path / "link").symlink_to("function")

        with pytest.raises(PackageError, match=r"is no place for the package, which is made from '.*function'"):
            check_place(tmp_path / place, tmp_path / "function")

    @pytest.mark.parametrize("place", [PLATFORMS_DIR, PLATFORMS_DIR.parent, PLATFORMS_DIR / "wsgi" / "shim.py"])
    def test_place_in_or_around_our_own_modules_is_refused(self, tmp_path: Path, place: Path) -> None:
        with pytest.raises(PackageError, match="is no place for the package"):
            check_place(place, tmp_path)

    def test_place_beside_them_is_taken(self, tmp_path: Path) -> None:
        check_place(tmp_path / "function2", tmp_path / "function")
