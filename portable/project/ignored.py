"""What of a function's folder does not ship: a default, and what its `.portableignore` says in the syntax of git."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

from ..deploying.errors import BadSettings

FILE_NAME = ".portableignore"
# template/portable/Dockerfile has the same, for `faas-cli build` without the tool
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


def shipped(folder: Path) -> Iterator[Path]:
    """Yield the files of the folder that ship, in the order of their names."""
    is_ignored = ignored(folder)
    for parent, folders, names in os.walk(folder):
        below = "" if Path(parent) == folder else f"{Path(parent).relative_to(folder).as_posix()}/"
        folders[:] = sorted(name for name in folders if not is_ignored(f"{below}{name}/"))
        yield from (Path(parent, name) for name in sorted(names) if not is_ignored(below + name))


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
