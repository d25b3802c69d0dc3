"""What is noticed of a function's source: edits, and a folder that is deleted and made again."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from queue import Empty, Queue
from tempfile import TemporaryDirectory

import pytest

from portable.serving.sources import Sources

from ..gateway.providers.process.processes import TIMEOUT_S, until


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
        self.thread = threading.Thread(target=self._watch, args=(Sources([*folders, fence], files), set(files)))
        self.thread.start()

    def _watch(self, sources: Sources, files: set[Path]) -> None:
        for changed in sources.watch(self.closed):
            for file in changed & files:
                self.files.put(file)
            if changed - files:
                self.folders.put(changed - files)

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


@pytest.fixture(autouse=True, params=[False, True], ids=["events", "polling"])
def _polling(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watch by what the system reports, and by polling, as in a container whose mounted folder reports nothing."""
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", str(request.param))
    monkeypatch.setenv("WATCHFILES_POLL_DELAY_MS", "50")


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
        for folder in ("__pycache__", ".git"):
            (one / folder).mkdir()
        for name in ("__pycache__/handler.pyc", "handler.pyc", "handler.py~", ".handler.py.swp", "flycheck_handler.py"):
            edit(one / name)
        edit(one / ".git" / "index")

        assert watched.settle() == set()


def test_files_of_every_other_kind_are_edits(folders: tuple[Path, Path]) -> None:
    one, other = folders
    with watching(one, other) as watched:
        for name in ("data.sqlite", "out.log", "text"):
            edit(one / name)
            assert watched.settle() == {one}
        (one / "text").unlink()

        assert watched.settle() == {one}


def test_hidden_is_what_is_hidden_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / ".hidden" / "__pycache__"
    folder.mkdir(parents=True)
    with watching(folder) as watched:
        edit(folder / "handler.py")

        assert watched.settle() == {folder}


def test_folder_that_is_moved_in_is_an_edit_if_it_has_files(folders: tuple[Path, Path], tmp_path: Path) -> None:
    one, _ = folders
    for name, file in (("empty", "__pycache__"), ("package", "module.py")):
        (tmp_path / name).mkdir()
        edit(tmp_path / name / file)
    with watching(one) as watched:
        (tmp_path / "empty").rename(one / "empty")
        assert watched.settle() == set()
        (tmp_path / "package").rename(one / "package")

        assert watched.settle() == {one}


def test_edits_within_a_second_are_all_reported(folders: tuple[Path, Path]) -> None:
    """Polling, watchfiles itself misses the second one."""
    one, _ = folders
    with watching(one) as watched:
        time.sleep(1 - time.time() % 1)  # both are of the same second
        for _ in range(2):
            edit(one / "handler.py")
            assert watched.folders.get(timeout=TIMEOUT_S) == {one}


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
    closed = threading.Event()
    reports = Sources([tmp_path / "later"]).watch(closed)
    assert next(reports) == set()
    (tmp_path / "later").mkdir()

    assert next(filter(None, reports)) == {tmp_path / "later"}
    closed.set()
    assert list(filter(None, reports)) == []


def test_changed_file_is_reported_also_when_it_is_replaced(tmp_path: Path) -> None:
    file, new_file = tmp_path / "stack.yml", tmp_path / "new"
    file.write_text("a")
    with watching(tmp_path / "none", files=(file,)) as watched:
        for text in ("longer", "longest"):
            new_file.write_text(text)
            new_file.rename(file)
            assert watched.files.get(timeout=TIMEOUT_S) == file
