"""Put a new function together: its folder, its entry in stack.yml, and a project around the first one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..deploying.errors import BadSettings
from ..stack.errors import Refused
from ..stack.missing import elsewhere
from ..stack.stack_file import parse_stack
from . import names, templates
from .entry import added
from .making import make

STACK = "stack.yml"
_ALSO_STACK = "stack.yaml"  # which newer versions of faas-cli write


@dataclass(frozen=True)
class Made:
    """What was made, and what was there before and stays as it is, by paths in the project's folder."""

    files: tuple[str, ...]
    kept: tuple[str, ...]
    is_project: bool


def new(root: Path, name: str, kind: str, source: str | None, environ: Mapping[str, str]) -> Made:
    """Make a function in a folder, and a project where no stack.yml is, which installs `source`, a requirement.

    `environ` fills the variables of a stack file that is there. Raises BadSettings, and then nothing is made.
    """
    names.check(name)
    if (root / name).exists() or (root / name).is_symlink():
        raise BadSettings(f"{name} is there already, and nothing is overwritten: take another name, or move it away")
    function = {f"{name}/{path}": text for path, text in templates.function_files(kind, name).items()}
    entry = templates.entry(kind, name)
    stack = root / STACK
    if stack.exists():
        text = added(_read(stack), Path(STACK), name, entry)
        _check(text, root, environ)
        make(root, function, (stack, text))
        return Made(tuple(function), (), is_project=False)
    if above := elsewhere(stack):
        raise BadSettings(f"there is no {STACK} here, and {above}; nothing was made")
    if (root / _ALSO_STACK).exists():
        raise BadSettings(f"{_ALSO_STACK} is here, and {STACK} is what is read: rename it, faas-cli takes both")
    project = templates.project_files(name, source)
    kept = tuple(path for path in project if (root / path).exists())
    project[STACK] = added(project[STACK], Path(STACK), name, entry)
    files = {path: text for path, text in {**project, **function}.items() if path not in kept}
    make(root, files)
    return Made(tuple(files), kept, is_project=True)


def _check(text: str, root: Path, environ: Mapping[str, str]) -> None:
    """Raise BadSettings if no verb could read the stack file, with what to write."""
    try:
        parse_stack(text, root / STACK, environ, takes_devices=True)
    except Refused as error:
        raise BadSettings(f"{str(error).replace(f'{root}{os.sep}', '')}; nothing was made") from None


def _read(stack: Path) -> str:
    try:
        return stack.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{STACK} cannot be read: {error}") from None
