"""What of a function's folder does not ship: a default, and what its `.portableignore` says in the syntax of git."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

from ..deploying.errors import BadSettings

FILE_NAME = ".portableignore"
# template/portable/Dockerfile and portable/openwhisk/Dockerfile have the same, for builds without the tool
DEFAULT = (
    *(".*", "*~", "*.bak", "*.orig"),
    *("__pycache__/", "*.pyc", "*.egg-info/", "venv/", "node_modules/", "htmlcov/"),
    *("tests/", "test/", "test_*.py", "*_test.py", "conftest.py"),
    *("/*.md", "/*.rst", "/LICENSE"),
)


def ignored(folder: Path) -> Callable[[str], bool]:
    """Return what tells of a path below the function's folder, with `/` behind a folder's, whether it does not ship.

    Raises BadSettings for a `.portableignore` that git would not read either.
    """
    return GitIgnoreSpec.from_lines([*DEFAULT, *_lines(folder / FILE_NAME)]).match_file


def shipped(folder: Path) -> list[Path]:
    """Return the files of the folder that ship, in the order of their paths."""
    return [folder / path for path, is_ignored in _walk(folder, ignored(folder)) if not is_ignored]


def left_out(folder: Path) -> tuple[str, ...]:
    """Return the paths below the folder that do not ship; a folder's ends with `/` and stands for all that is in it."""
    return tuple(path for path, is_ignored in _walk(folder, ignored(folder)) if is_ignored)


def _walk(folder: Path, is_ignored: Callable[[str], bool], below: str = "") -> Iterator[tuple[str, bool]]:
    for name in _names(folder / below):
        path = below + name
        if (folder / path).is_dir() and not (folder / path).is_symlink():
            path += "/"
        if is_ignored(path) or not path.endswith("/"):
            yield path, is_ignored(path)
        else:
            yield from _walk(folder, is_ignored, path)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names, not paths
    except OSError:  # who packages it says so
        return []


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path} cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            raise BadSettings(f"{path}:{number}: {line!r} is no pattern of git's: see `git help gitignore`") from None
    return lines
