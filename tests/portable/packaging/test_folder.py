"""What is read of a folder, and what is refused in it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from portable.packaging.errors import PackageError
from portable.packaging.folder import read_folder


def nothing(name: str) -> bool:
    """Leave nothing out."""
    return False


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """Return a folder that every user may enter: pytest's own may not be."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_every_file_below_is_read(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "a" / "b" / "two").write_bytes(b"2")

    assert read_folder(tmp_path, leave_out=nothing) == {"one": b"1", "a/b/two": b"2"}


def test_what_is_left_out_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "link").symlink_to("nowhere")
    (tmp_path / "link").symlink_to("nowhere")

    assert read_folder(tmp_path, leave_out={"cache/", "link"}.__contains__) == {}


@pytest.mark.parametrize("target", ["/etc/hosts", "folder", "nowhere"])
def test_symbolic_link_is_an_error(tmp_path: Path, target: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(target)

    with pytest.raises(PackageError, match=f"link' is a symbolic link to '{target}': put the file itself there"):
        read_folder(tmp_path, leave_out=nothing)


def test_device_is_an_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(PackageError, match="pipe' is neither a file nor a folder"):
        read_folder(tmp_path, leave_out=nothing)


def test_name_that_is_no_utf_8_is_an_error(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.py")).write_bytes(b"")

    with pytest.raises(PackageError, match=r"caf\\xe9\.py' is not UTF-8: rename it"):
        read_folder(tmp_path, leave_out=nothing)


def test_file_that_may_not_be_read_is_an_error(open_dir: Path) -> None:
    secret = open_dir / "secret.py"
    secret.touch(mode=0)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)  # root may read everything
    try:
        with pytest.raises(PackageError, match=r"secret\.py' cannot be read: Permission denied"):
            read_folder(open_dir, leave_out=nothing)
    finally:
        if is_root:
            os.seteuid(0)
