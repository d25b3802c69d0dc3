"""The requirements.txt of a package whose platform installs by itself: the platform's own, and the function's."""

from __future__ import annotations

import re
from pathlib import Path

from .errors import PackageError

FILE_NAME = "requirements.txt"
# https://pip.pypa.io/en/stable/reference/requirements-file-format/
_LEADS_ELSEWHERE = re.compile(
    r"\.|/|[\w.-]+/|[\w.+-]+\.(whl|zip|tgz|tar\.\w+)(?=$|[\s;\[])|(\S+\s*@\s*)?(git\+)?file:"
    r"|-[rce]|--(requirement|constraint|editable)|(-f|--find-links)[ =]*(?![ =]|https?:)"
)
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_HASH = re.compile(r"\s*\\?\s*--hash[= ]\S+")


def merged(function_dir: Path, *own: str) -> bytes:
    """Return `own`, a requirement each, and then the lines of the function's requirements.txt, unchanged.

    One of `own` that the function requires too is left to the function. Raises PackageError for a file that cannot be
    read, for lines that lead to other files, which are not beside it any more, and where only some would have hashes.
    """
    path = function_dir / FILE_NAME
    text = _read(path)
    lines = [line.strip() for line in text.splitlines()]
    for line in lines:
        if _LEADS_ELSEWHERE.match(line):
            raise PackageError(
                f"{path} has the line {line!r}, which leads to other files: they are not where pip reads it after it "
                "is shipped; require the packages by name"
            )
    theirs = {_project(line) for line in lines}
    ours = [requirement for requirement in own if _project(requirement) not in theirs]
    return "".join(f"{line}\n" for line in [*_with_hashes_as(text, ours, path), *text.splitlines()]).encode()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise PackageError(f"{path} cannot be read: {error}") from error


def _with_hashes_as(text: str, own: list[str], path: Path) -> list[str]:
    """Return our requirements without hashes if the function's have none: pip wants them of all, or of none."""
    if not any(map(_project, text.splitlines())):
        return own
    if "--hash" not in text:
        return [_HASH.sub("", requirement) for requirement in own]
    for requirement in own:
        if "--hash" not in requirement:
            raise PackageError(
                f"{path} has hashes, so pip wants one of {requirement!r} too, which the platform adds: put it into "
                "that file with its hashes, or leave all of them out"
            )
    return own


def _project(line: str) -> str:
    """Return the name of the project that a line requires, as pip compares it; "" for a line that requires none."""
    found = _NAME.match(line)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""
