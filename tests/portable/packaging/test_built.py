"""How a folder gets onto the disk: what was written before is replaced, and nothing of the user's is touched."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from portable.packaging.built import MANIFEST, Built, write
from portable.packaging.errors import PackageError

from .trees import lay_out, tree

OLD = {
    "function/handler.py": b"old",
    "function/data/gone.bin": b"\0",
    "platforms/contract.py": b"c",
    "run.sh": b"#!/bin/sh\n",
}
NEW = {"function/handler.py": b"new", "platforms/contract.py": b"c", "run.sh": b"#!/bin/sh\n"}


def built(files: dict[str, bytes]) -> Built:
    """Return a folder's package."""
    return Built(files=files, is_zip=False, next_commands=())


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Return a folder that OLD was written to."""
    write(built(OLD), tmp_path / "build" / "one")
    return tmp_path / "build" / "one"


def contents(output: Path) -> dict[str, bytes]:
    """Return the files of a folder but for the manifest."""
    return {path: data for path, (kind, data) in tree(output).items() if kind[0] != "d" and path != MANIFEST}


def check_refused(output: Path, said: str) -> None:
    """Check that writing NEW says that, and changes nothing."""
    before = tree(output.parent)
    with pytest.raises(PackageError, match=said):
        write(built(NEW), output)

    assert tree(output.parent) == before


class TestPlace:
    def test_new_folder_is_made_with_its_parents(self, output: Path) -> None:
        assert contents(output) == OLD

    def test_empty_folder_is_taken(self, tmp_path: Path) -> None:
        (tmp_path / "empty" / "below").mkdir(parents=True)
        write(built(NEW), tmp_path / "empty")

        assert contents(tmp_path / "empty") == NEW

    def test_own_package_is_replaced_with_what_is_not_in_it_any_more(self, output: Path) -> None:
        write(built(NEW), output)

        assert contents(output) == NEW
        assert not (output / "function" / "data").exists()

    def test_files_and_folders_of_the_user_are_left_alone(self, output: Path) -> None:
        mine = {".venv/bin/python": b"p", "function/data/notes.txt": b"n", "function/__pycache__/x.pyc": b"x"}
        lay_out(output, mine)
        (output / "mine").mkdir()
        write(built(NEW), output)

        assert contents(output) == {**NEW, **mine}
        assert (output / "mine").is_dir()

    def test_file_that_the_user_deleted_is_written_again(self, output: Path) -> None:
        shutil.rmtree(output / "function")
        write(built(NEW), output)

        assert contents(output) == NEW

    def test_file_may_become_a_folder_and_a_folder_a_file(self, output: Path) -> None:
        other = {"function/handler.py/x": b"1", "function/data": b"2"}
        write(built(other), output)
        assert contents(output) == other

        write(built(OLD), output)
        assert contents(output) == OLD

    def test_link_to_a_folder_is_followed_and_kept(self, output: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(output)
        write(built(NEW), tmp_path / "link")

        assert contents(output) == NEW
        assert (tmp_path / "link").is_symlink()

    def test_link_to_nothing_makes_the_folder_that_it_leads_to(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to("there")
        write(built(NEW), tmp_path / "link")

        assert contents(tmp_path / "there") == NEW


class TestRefused:
    @pytest.mark.parametrize("name", ["README.md", ".git", "platforms/contract.py"])
    def test_folder_with_files_of_another(self, tmp_path: Path, name: str) -> None:
        lay_out(tmp_path / "mine", {name: b"mine"})

        check_refused(tmp_path / "mine", "is there, and is no package of ours: name a new or empty folder")

    def test_file_where_the_folder_belongs(self, tmp_path: Path) -> None:
        (tmp_path / "mine").write_bytes(b"mine")

        check_refused(tmp_path / "mine", "is there, and is no package of ours")

    def test_file_where_a_parent_belongs(self, tmp_path: Path) -> None:
        (tmp_path / "mine").write_bytes(b"mine")

        check_refused(tmp_path / "mine" / "build", "mine'?: (File exists|Not a directory)|is there")

    def test_loop_of_links(self, tmp_path: Path) -> None:
        (tmp_path / "loop").symlink_to("loop")

        check_refused(tmp_path / "loop", "loop")

    @pytest.mark.parametrize("path", ["function/handler.py", "function/data/gone.bin"])
    def test_file_that_was_changed_since(self, output: Path, path: str) -> None:
        (output / path).write_bytes(b"my own edit")

        check_refused(output, f"{path}' was changed since it was packaged: move it away")

    @pytest.mark.parametrize("path", ["function/handler.py", "function/data/gone.bin", MANIFEST])
    def test_link_in_the_place_of_a_file(self, output: Path, tmp_path: Path, path: str) -> None:
        """The file that it leads to has just what we wrote: it is the user's all the same."""
        (output / path).rename(tmp_path / "mine")
        (output / path).symlink_to(tmp_path / "mine")

        check_refused(output, f"{path}' is in the way")

    def test_link_to_nothing_in_the_place_of_a_new_file(self, output: Path, tmp_path: Path) -> None:
        (output / "new.py").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(PackageError, match=r"new\.py' is in the way"):
            write(built({**NEW, "new.py": b""}), output)

        assert not (tmp_path / "elsewhere").exists()

    def test_link_in_the_place_of_a_folder(self, output: Path, tmp_path: Path) -> None:
        """As someone does who wants to edit the function in place: its files are the same, and not ours."""
        (output / "function").rename(tmp_path / "function")
        (output / "function").symlink_to(tmp_path / "function")

        check_refused(output, "function' is in the way, and was not written by us")

    def test_file_of_the_user_where_a_new_one_belongs(self, output: Path) -> None:
        lay_out(output, {"new.py": b"mine"})
        with pytest.raises(PackageError, match=r"new\.py' is in the way"):
            write(built({**NEW, "new.py": b"ours"}), output)

        assert contents(output) == {**OLD, "new.py": b"mine"}

    def test_folder_of_the_user_where_a_file_belongs(self, output: Path) -> None:
        (output / "run.sh").unlink()
        lay_out(output, {"run.sh/mine": b"mine"})

        check_refused(output, r"run\.sh/mine' is in the way")

    @pytest.mark.parametrize(
        "line", [b"not a sum", b"0" * 64 + b"  ../../mine", b"0" * 64 + b"  /etc/hosts", b"\xff", b"0" * 64 + b"  "]
    )
    def test_manifest_that_we_did_not_write(self, output: Path, line: bytes) -> None:
        (output / MANIFEST).write_bytes(line + b"\n")

        check_refused(output, "MANIFEST' (was not written by us|cannot be read)")


@pytest.fixture
def closed_dir() -> Iterator[Path]:
    """Return a folder that only root may write to, as someone who is not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "closed").mkdir()
        folder.chmod(0o755)
        (folder / "closed").chmod(0o555)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        yield folder / "closed"
        if is_root:
            os.seteuid(0)


@pytest.mark.parametrize("is_zip", [False, True])
def test_place_that_cannot_be_written_is_named(closed_dir: Path, *, is_zip: bool) -> None:
    with pytest.raises(PackageError, match=r"cannot write .*closed/.*: Permission denied"):
        write(Built(files=NEW, is_zip=is_zip, next_commands=()), closed_dir / "one")

    assert tree(closed_dir) == {}


def test_manifest_is_what_sha256sum_checks(output: Path) -> None:
    odd = {"function/a\nb\\c.txt": b"odd", "function/d e\u2028é.txt": b"2", "function/f\\ng": b"3"}
    write(built({**NEW, **odd}), output)

    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", MANIFEST], cwd=output, check=True)
    write(built(NEW), output)
    assert contents(output) == NEW


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_two_runs_leave_the_same_tree_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write(built(OLD), tmp_path / "a")
        write(built(NEW), tmp_path / "a")
        write(built(dict(reversed(NEW.items()))), tmp_path / "b")
    finally:
        os.umask(before)

    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    assert {kind for kind, _ in tree(tmp_path / "a").values()} == {"drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x"}
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o755


def test_digest_of_the_function_is_that_of_its_files_alone() -> None:
    one, other = built(NEW), built({**NEW, "a": b"", "run.sh": b"x"})

    assert one.function_digest == other.function_digest
    assert one.digest != other.digest
    assert built({**NEW, "function/handler.py": b"2"}).function_digest != one.function_digest
