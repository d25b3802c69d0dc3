"""The files of a new function and of a new project: those under files/, with the function's name put in.

In their texts `$name` and `$source` are filled in; every other `$` stays. In their names NAME is, as Python has it.
"""

from __future__ import annotations

from pathlib import Path
from string import Template

FILES_DIR = Path(__file__).parent / "files"
KINDS = ("api", "events", "cron")
_ENTRY = "stack.yml"


def function_files(kind: str, name: str) -> dict[str, str]:
    """Return the files of a function by their paths in its folder."""
    files = _filled(FILES_DIR / kind, name=name)
    del files[_ENTRY]
    return files


def entry(kind: str, name: str) -> str:
    """Return what stands for a function in a stack file below `functions:`, with two spaces for each level."""
    return _filled(FILES_DIR / kind, name=name)[_ENTRY]


def project_files(name: str, source: str | None) -> dict[str, str]:
    """Return the files around a project's first function by their paths; `source` is the tool's requirement."""
    return _filled(FILES_DIR / "project", name=name, source=source or "")


def _filled(folder: Path, **values: str) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    module = values["name"].replace("-", "_")
    return {
        path.relative_to(folder).as_posix().replace("NAME", module): Template(
            path.read_text(encoding="utf-8")
        ).safe_substitute(values)
        for path in paths
    }
