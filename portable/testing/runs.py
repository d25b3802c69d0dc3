"""Which tests run in the environment of which function. Pure, but for looking at what is in `tests/`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..project.functions import Function

TESTS_DIR = "tests"
_NAME = re.compile(r"(?:test_)?(.+?)(?:_test)?(?:\.py)?")


@dataclass(frozen=True)
class Run:
    """One run of pytest: in whose environment, and what it is to collect, seen from the project's folder."""

    function: Function
    paths: tuple[str, ...]


def runs(chosen: Sequence[Function], functions: Sequence[Function]) -> list[Run]:
    """Return a run for each chosen function: of its folder, and of what belongs to it in the project's `tests/`.

    There `NAME/`, `test_NAME.py` and `NAME_test.py` belong to the function NAME, and all else to the first.
    """
    return [Run(one, (_shown(one.folder, one.root), *_in_tests(one, functions))) for one in chosen]


def _in_tests(function: Function, functions: Sequence[Function]) -> Iterator[str]:
    tests_dir = function.root / TESTS_DIR
    if function not in functions or not tests_dir.is_dir():
        return
    if len(functions) == 1:
        yield TESTS_DIR
        return
    names = {one.name.replace("-", "_"): one for one in functions}
    for path in sorted(tests_dir.iterdir()):
        match = _NAME.fullmatch(path.name)
        if _has_tests(path) and match and names.get(match[1].replace("-", "_"), functions[0]) == function:
            yield _shown(path, function.root)


def _has_tests(path: Path) -> bool:
    if path.is_dir():
        return not path.name.startswith((".", "__"))
    return path.suffix == ".py" and (path.stem.startswith("test_") or path.stem.endswith("_test"))


def _shown(path: Path, root: Path) -> str:
    return os.path.relpath(path, root)
