"""How a command is written so that it works where it is printed: as the one was that prints it."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

_DEFAULTS = (None, Path("stack.yml"))


def spelled(*words: str) -> str:
    """Return a command of `portable`, as a shell reads it."""
    return shlex.join([*program(sys.argv[0], sys.executable, shutil.which), *words])


def given(arguments: SimpleNamespace, *names: str) -> list[str]:
    """Return the options of these names as the user gave them; those that say what is the default are left out."""
    values = {name: getattr(arguments, name) for name in names}
    return [f"--{name.replace('_', '-')}={value}" for name, value in values.items() if value not in _DEFAULTS]


def program(argument: str, executable: str, which: Callable[[str], str | None]) -> list[str]:
    """Return the words that run the program whose argv[0] is `argument`; `portable` for one that is not ours."""
    path = Path(argument)
    if path.parts[-2:] == ("portable", "__main__.py"):
        return [_short(executable, which), "-m", "portable"]
    return [_short(argument, which)] if path.stem == "portable" else ["portable"]


def _short(path: str, which: Callable[[str], str | None]) -> str:
    """Return the bare name of a program that is found by it, else its path."""
    name = Path(path).name
    found = which(name)
    return name if found and Path(found).absolute() == Path(path).absolute() else path
