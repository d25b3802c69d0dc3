"""Watches the files that functions are made of, also while their folders are deleted and made again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from watchfiles import Change, DefaultFilter, watch

_LOOK_MS = 200
_IS_KEPT = DefaultFilter()  # what it leaves out: https://watchfiles.helpmanual.io/api/filters/

_States = dict[Path, tuple[int, int] | None]


class Closed(Protocol):
    """What ends a watch: a threading.Event, or what a signal sets."""

    def is_set(self) -> bool:
        """Return whether the watch ends."""


class Sources:
    """Folders, whose files are watched but for hidden ones and what Python and editors leave behind; single files."""

    def __init__(self, folders: Sequence[Path], files: Sequence[Path] = ()) -> None:
        """Take note of how things are: only what changes from now on is a change. `folders` are resolved paths."""
        self._seen = {folder: _identity(folder) for folder in dict.fromkeys(folders)}
        self._files = _states(files)
        self._recent = self._in_folders()

    def watch(self, closed: Closed) -> Iterator[set[Path]]:
        """Yield the folders that changed and are there, and the files that changed, until `closed` is set; blocks.

        Yields at least five times a second: the empty set if nothing changed.
        """
        missed: set[Path] = set()
        while not closed.is_set():
            for changed, is_lost in self._changes(closed):
                remade = self._look()
                there = {folder for folder in changed | remade | missed if self._seen[folder]}
                missed = set()
                yield there | _changed(self._files)
                if remade or is_lost:
                    missed = changed | remade  # what happens to them until they are watched again
                    self._recent = self._in_folders()
                    break

    def add(self, files: Iterable[Path]) -> None:
        """Watch further files; to be called where the changes of `watch` are taken."""
        self._files |= _states(file for file in files if file not in self._files)

    def _changes(self, closed: Closed) -> Iterator[tuple[set[Path], bool]]:
        """Yield the folders in which files changed, and whether one is watched no more."""
        there = self._there()
        if not there:
            time.sleep(_LOOK_MS / 1000)
            yield set(), True
            return

        def is_wanted(change: Change, path: str) -> bool:
            return any(_is_change(folder, change, Path(path)) for folder in there)

        try:
            for changes in watch(
                *there,
                watch_filter=is_wanted,
                stop_event=closed,
                rust_timeout=_LOOK_MS,
                yield_on_timeout=True,
                ignore_permission_denied=True,
            ):
                paths = self._recent.changed({Path(path) for _, path in changes})
                changed = {folder for folder in there if any(path.is_relative_to(folder) for path in paths)}
                yield changed, not paths.isdisjoint(there)  # the folder itself: deleted, or moved
        except FileNotFoundError:  # deleted just before it was to be watched
            yield set(), True

    def _there(self) -> list[Path]:
        return [folder for folder, identity in self._seen.items() if identity]

    def _in_folders(self) -> _Recent:
        return _Recent(file for folder in self._there() for file in _files_in(folder))

    def _look(self) -> set[Path]:
        """Return the folders that are not those that were seen last: made, deleted or made again."""
        now = {folder: _identity(folder) for folder in self._seen}
        remade = {folder for folder, identity in now.items() if identity != self._seen[folder]}
        self._seen = now
        return remade


class _Recent:
    """Files that may just have changed, compared for another second.

    Where watchfiles polls it compares times of whole seconds, and misses what comes later in the same one:
    https://github.com/samuelcolvin/watchfiles/issues/319
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._states = _states(files)
        self._until_s = time.monotonic() + 1

    def changed(self, told: set[Path]) -> set[Path]:
        """Return the paths that watchfiles told, and the files that it missed."""
        changed = told | _changed(self._states)
        if changed:
            self._states |= _states(path for path in changed if path.is_file())
            self._until_s = time.monotonic() + 1
        elif time.monotonic() > self._until_s:
            self._states.clear()
        return changed


def _is_change(folder: Path, change: Change, path: Path) -> bool:
    """Return whether it is the end of the folder, or a change of a file that counts in it."""
    if path == folder:
        return change is Change.deleted
    if not path.is_relative_to(folder) or not all(map(_counts, path.relative_to(folder).parts)):
        return False
    if change is Change.deleted or not path.is_dir():
        return True
    # what a folder has when it is made may not be told: https://github.com/samuelcolvin/watchfiles/issues/294
    return change is Change.added and any(_files_in(path))


def _files_in(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = filter(_counts, folders)
        yield from (Path(parent, name) for name in filter(_counts, names))


def _counts(name: str) -> bool:
    """Return whether a file or folder of that name is neither hidden nor left behind by Python or an editor."""
    return not name.startswith(".") and _IS_KEPT(Change.modified, name)


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from another of its name, though not always; None if it is not there."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _states(files: Iterable[Path]) -> _States:
    """Return what changes of each file when it is written or replaced; None for one that is not there."""
    return {file: _state(file) for file in files}


def _state(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _changed(states: _States) -> set[Path]:
    """Return the files that are not as they were, and take note of how they are."""
    now = _states(states)
    changed = {file for file, state in now.items() if state != states[file]}
    states.update(now)
    return changed
