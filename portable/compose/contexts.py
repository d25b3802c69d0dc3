"""What the images of a project are built from: what their Dockerfiles copy of the tool, and what a function requires.

The function's folder itself is mounted, so that its image stays as it is while the function is written.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import assets
from ..project.functions import Function
from ..project.requirement_files import FILE_NAME

_COPIED = re.compile(r"^COPY (?!--from)(.+) \S+$", re.MULTILINE)
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*")


def write(root: Path, services: Mapping[str, Any], functions: Sequence[Function]) -> None:
    """Write the folder that each service is built from, in place of the one that is there."""
    for service in services.values():
        context, dockerfile = root / service["build"]["context"], service["build"]["dockerfile"]
        shutil.rmtree(context, ignore_errors=True)
        for name in (dockerfile, *_of_the_tool(dockerfile)):
            _copy(assets.path(name), context / name)
    for function in functions:
        place = root / services[function.name]["build"]["context"] / "function"
        place.mkdir()
        if (requirements := function.folder / FILE_NAME).is_file():
            shutil.copy(requirements, place)


def _of_the_tool(dockerfile: str) -> Iterator[str]:
    """Yield what a Dockerfile copies, but for the function's."""
    for sources in _COPIED.findall(assets.path(dockerfile).read_text(encoding="utf-8")):
        yield from (source for source in sources.split() if source.partition("/")[0] != "function")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=_LEFT_OUT, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)
