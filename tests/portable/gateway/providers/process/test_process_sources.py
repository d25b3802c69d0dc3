"""What is noticed of a function's source: edits, and a folder that is deleted and made again."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from queue import Empty, Queue
from tempfile import TemporaryDirectory

import pytest

from portable.gateway.providers.base import Change
from portable.gateway.providers.process.sources import Sources
from portable.stack.messages import FunctionName

from .processes import TIMEOUT_S, Reports, call, make_provider, providing, start, until, write_function, write_stack


class Watched:
    """Sources that are watched in a thread of its own, and what was reported.

    Changes are reported in the order they were made, so one made in the folder `fence` tells that those before it were.
    """

    def __init__(self, folders: tuple[Path, ...], files: tuple[Path, ...], fence: Path) -> None:
        self._fence = fence
        fence.mkdir()
        self.folders: Queue[set[Path]] = Queue()
        self.files: Queue[Path] = Queue()
        self.closed = threading.Event()
        self.thread = threading.Thread(
            target=Sources([*folders, fence], files).watch, args=(self.folders.put, self.files.put, self.closed)
        )
        self.thread.start()

    def settle(self) -> set[Path]:
        """Wait until all that was changed is reported, and all folders are watched; return what was reported."""
        # twice: a folder that was made again is reported once more when it is watched again
        return self._reported_before_fence() | self._reported_before_fence()

    def _reported_before_fence(self) -> set[Path]:
        reported: set[Path] = set()
        numbers = count()

        def is_reported() -> bool:
            (self._fence / "fence.py").write_text(f"NUMBER = {next(numbers)}\n")
            with suppress(Empty):
                while True:
                    reported.update(self.folders.get(timeout=1))
                    if self._fence in reported:
                        return True
            return False

        until(is_reported, "report")
        return reported - {self._fence}


@contextmanager
def watching(*folders: Path, files: tuple[Path, ...] = ()) -> Iterator[Watched]:
    """Watch for the time of the block, which begins when everything is watched."""
    with TemporaryDirectory() as folder:
        watched = Watched(folders, files, Path(folder).resolve() / "fence")
        try:
            watched.settle()
            yield watched
        finally:
            watched.closed.set()
            watched.thread.join(TIMEOUT_S)
            assert not watched.thread.is_alive()


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / "handler.py").write_text("")
    return one, other


def edit(path: Path) -> None:
    path.write_text(f"{path.read_text() if path.exists() else ''}# edited\n")


def test_edit_reports_its_folder_alone(folders: tuple[Path, Path]) -> None:
    one, other = folders
    with watching(one, other) as watched:
        edit(one / "handler.py")
        assert watched.settle() == {one}
        (other / "deep").mkdir()
        assert watched.settle() == set()
        edit(other / "deep" / "page.html")

        assert watched.settle() == {other}


def test_files_that_python_and_editors_make_are_no_edits(folders: tuple[Path, Path]) -> None:
    one, other = folders
    with watching(one, other) as watched:
        (one / "__pycache__").mkdir()
        for name in ("__pycache__/handler.pyc", "handler.py~", ".handler.py.swp", "data.sqlite", "out.log"):
            edit(one / name)

        assert watched.settle() == set()


def test_deleted_folder_is_reported_and_watched_again_when_it_is_remade(folders: tuple[Path, Path]) -> None:
    one, other = folders
    with watching(one, other) as watched:
        shutil.rmtree(one)
        watched.settle()
        edit(other / "handler.py")
        assert watched.settle() == {other}
        one.mkdir()
        assert watched.settle() == {one}
        edit(one / "handler.py")

        assert watched.settle() == {one}


def test_folder_that_is_remade_at_once_is_reported_and_watched_again(folders: tuple[Path, Path]) -> None:
    one, other = folders
    with watching(one, other) as watched:
        shutil.rmtree(one)
        one.mkdir()
        edit(one / "handler.py")
        assert watched.settle() == {one}
        edit(one / "handler.py")

        assert watched.settle() == {one}


def test_folder_that_another_takes_the_place_of_is_reported_and_watched(folders: tuple[Path, Path]) -> None:
    one, other = folders
    with watching(one) as watched:
        one.rename(one.with_name("aside"))
        other.rename(one)
        assert watched.settle() == {one}
        edit(one / "handler.py")

        assert watched.settle() == {one}


def test_folder_made_later_is_reported_even_if_there_was_none(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    with watching(folder) as watched:
        folder.mkdir()

        assert watched.settle() == {folder}


def test_folders_that_are_all_gone_are_looked_for(tmp_path: Path) -> None:
    found: Queue[set[Path]] = Queue()
    closed = threading.Event()
    sources = Sources([tmp_path / "later"])
    thread = threading.Thread(target=sources.watch, args=(found.put, lambda _: None, closed))
    thread.start()
    (tmp_path / "later").mkdir()

    assert found.get(timeout=TIMEOUT_S) == {tmp_path / "later"}
    closed.set()
    thread.join(TIMEOUT_S)
    assert not thread.is_alive()


def test_changed_file_is_reported_also_when_it_is_replaced(tmp_path: Path) -> None:
    file, new_file = tmp_path / "stack.yml", tmp_path / "new"
    file.write_text("a")
    with watching(tmp_path / "none", files=(file,)) as watched:
        for text in ("longer", "longest"):
            new_file.write_text(text)
            new_file.rename(file)
            assert watched.files.get(timeout=TIMEOUT_S) == file


def test_provider_reports_each_function_whose_source_changed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_function(tmp_path / name, "")
    provider = make_provider(write_stack(tmp_path, "one", "two"))
    try:
        reports = Reports(provider)
        numbers = count()

        def change() -> None:
            write_function(tmp_path / "two", f"NUMBER = {next(numbers)}\n")

        assert reports.wait_while(change, Change.SOURCE) == (FunctionName("two"), Change.SOURCE, "")
    finally:
        provider.close()


def test_replica_made_after_an_edit_runs_the_new_source(tmp_path: Path) -> None:
    with providing(tmp_path, "def handle(event, context):\n    return 'old'\n") as provider:
        old = start(provider, "1")
        write_function(tmp_path / "fn", "def handle(event, context):\n    return 'newer'\n")
        new = start(provider, "2")

        assert (call(old), call(new)) == ("old", "newer")


def test_changed_stack_file_is_told_to_need_a_new_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with providing(tmp_path) as provider:
        Reports(provider)
        write_stack(tmp_path, "fn", "other")

        until(lambda: "stack.yml changed: start the gateway again to use it" in caplog.text, "warning")
