"""Watches the folders that functions are made of, also while they are deleted and made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from watchfiles import Change, PythonFilter, watch

_LOOK_MS = 500
_FILES = PythonFilter(extra_extensions=(".html", ".json", ".toml", ".txt", ".yaml", ".yml"))


class Sources:
    """Folders whose Python files, and others that a handler may read, are watched; and single files."""

    def __init__(self, folders: Sequence[Path], files: Sequence[Path] = ()) -> None:
        """Take note of how things are: only what changes from now on is a change. `folders` are resolved paths."""
        self._seen = {folder: _identity(folder) for folder in dict.fromkeys(folders)}
        self._files = {file: _state(file) for file in dict.fromkeys(files)}

    def watch(self, on_folders: Callable[[set[Path]], None], on_file: Callable[[Path], None], closed: Event) -> None:
        """Report the folders that changed and are there, and the files that changed, until `closed` is set; blocks."""
        missed: set[Path] = set()
        while not closed.is_set():
            for changed, is_lost in self._changes(closed):
                remade = self._look()
                there = {folder for folder in changed | remade | missed if self._seen[folder]}
                missed = set()
                if there:
                    on_folders(there)
                for file in self._changed_files():
                    on_file(file)
                if remade or is_lost:
                    missed = changed | remade  # what happens to them until they are watched again
                    break

    def _changes(self, closed: Event) -> Iterator[tuple[set[Path], bool]]:
        """Yield the folders in which files changed, at least twice a second, and whether one is watched no more."""
        there = [folder for folder, identity in self._seen.items() if identity]
        names = {str(folder) for folder in there}
        if not there:
            closed.wait(_LOOK_MS / 1000)
            yield set(), True
            return

        def is_wanted(change: Change, path: str) -> bool:
            return path in names or _FILES(change, path)

        try:
            for changes in watch(
                *there, watch_filter=is_wanted, stop_event=closed, rust_timeout=_LOOK_MS, yield_on_timeout=True
            ):
                paths = [Path(path) for _, path in changes]
                changed = {folder for folder in there if any(path.is_relative_to(folder) for path in paths)}
                yield changed, any(path in names for _, path in changes)  # the folder itself: deleted, or moved
        except FileNotFoundError:  # deleted just before it was to be watched
            yield set(), True

    def _look(self) -> set[Path]:
        """Return the folders that are not those that were seen last: made, deleted or made again."""
        now = {folder: _identity(folder) for folder in self._seen}
        remade = {folder for folder, identity in now.items() if identity != self._seen[folder]}
        self._seen = now
        return remade

    def _changed_files(self) -> list[Path]:
        now = {file: _state(file) for file in self._files}
        changed = [file for file, state in now.items() if state != self._files[file]]
        self._files = now
        return changed


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from another of its name, though not always; None if it is not there."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _state(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
