"""Files are made all or none, and what is said when neither can be."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portable.deploying.errors import BadSettings
from portable.scaffold.making import make


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file be longer than 100 bytes for the time of the block: the error names no file, as a full disk's."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class Disturbed(dict[str, str]):
    """Files in the first one's folder, to which somebody adds another before the second is made."""

    def __init__(self, root: Path, files: dict[str, str]) -> None:
        super().__init__(files)
        self._root = root

    def items(self) -> Iterator[tuple[str, str]]:  # type: ignore[override]
        first, *others = super().items()
        yield first
        (self._root / first[0]).with_name("foreign").touch()
        yield from others


def test_what_appears_meanwhile_is_not_overwritten_and_all_else_is_taken_back(tmp_path: Path) -> None:
    (tmp_path / "last").write_text("somebody's")
    with pytest.raises(BadSettings, match="nothing was made"):
        make(tmp_path, {"a/b/one": "1", "two": "2", "last": "3"})

    assert list(tmp_path.rglob("*")) == [tmp_path / "last"]
    assert (tmp_path / "last").read_text() == "somebody's"


def test_file_that_a_full_disk_does_not_take_is_named(tmp_path: Path) -> None:
    with full_disk(), pytest.raises(BadSettings) as error:
        make(tmp_path, {"a/small": "1", "a/large": "2" * 1000})

    assert str(error.value) == f"cannot make '{tmp_path}/a/large': File too large; nothing was made"
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_removed_again_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=rf"; what was made is still there, remove it: {tmp_path}/a$"):
        make(tmp_path, Disturbed(tmp_path, {"a/one": "1", "a/one/two": "2"}))

    assert sorted(tmp_path.rglob("*")) == [tmp_path / "a", tmp_path / "a/foreign"]
