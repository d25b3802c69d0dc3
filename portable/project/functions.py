"""Find the function that a command is about: one of stack.yml by its name, or a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..deploying.errors import BadSettings
from ..deploying.spelling import spelled
from ..stack import missing
from ..stack.errors import Refused
from ..stack.messages import FunctionDeployment
from ..stack.stack_file import StackFunction, read_stack

STACK = missing.STACK
FOLDER = Path("function")
LANG = "portable"


@dataclass(frozen=True)
class Function:
    """A function of this machine; `root` is the folder of the project, where stack.yml stands. Both are absolute."""

    name: str
    folder: Path
    root: Path
    deployment: FunctionDeployment | None = None
    """What stack.yml says of it; None for a folder that it does not name."""
    devices: tuple[str, ...] = ()
    """The GPUs and the like that it asks for, by name."""
    environment_files: tuple[Path, ...] = ()
    """The files of stack.yml's environment_file."""


def declared(stack: Path, environ: Mapping[str, str]) -> list[Function]:
    """Return the functions of a stack file that are written for this tool (`lang: portable`), in its order.

    `environ` fills the file's `${VARIABLES}`. Raises BadSettings for a stack file that faas-cli would not take.
    """
    try:
        found = read_stack(stack, environ, takes_devices=True)
    except Refused as error:
        raise BadSettings(str(error)) from None
    return [function_of(one, stack) for one in found if one.lang == LANG]


def declared_here(stack: Path, environ: Mapping[str, str]) -> list[Function]:
    """Return the functions of a stack file as `declared` does; none if no file was named, and there is no project.

    Raises BadSettings too in a folder of a project.
    """
    return declared(stack, environ) if stack.exists() or stack != STACK or missing.elsewhere(stack) else []


def find(named: str | None, stack: Path, environ: Mapping[str, str]) -> Function:
    """Return the function that is named by its name in the stack file or by its folder; unnamed, the only one.

    Raises BadSettings, with what to write, if there is none such, or several of which none is named.
    """
    functions = declared_here(stack, environ)
    if named is None:
        return _only(functions, stack)
    for function in functions:
        if named == function.name:
            return function
    folder = Path(named).resolve()
    if not folder.is_dir():
        there_are = f"{stack} has {_names(functions)}" if functions else f"there is no {stack} here"
        raise BadSettings(
            f"there is no function and no folder {named!r}: {there_are}; `{spelled('new', 'NAME')}` makes one"
        )
    of_folder = [function for function in functions if function.folder == folder]
    if len(of_folder) > 1:
        raise BadSettings(f"{stack}: {_names(of_folder)} have the folder {named!r}: name one of them")
    return of_folder[0] if of_folder else Function(folder.name, folder, stack.absolute().parent)


def folder_of(named: str | None, stack: Path, environ: Mapping[str, str]) -> Path:
    """Return the folder of the function that `find` finds, as it is named from here."""
    return short(find(named, stack, environ).folder)


def short(folder: Path) -> Path:
    """Return an absolute path as it is named from here."""
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def function_of(one: StackFunction, stack: Path) -> Function:
    """Return a function that a stack file was read to declare."""
    name, root = one.deployment.name.name, stack.absolute().parent
    return Function(name, one.handler_dir, root, one.deployment, one.devices, one.environment_files)


def _only(functions: Sequence[Function], stack: Path) -> Function:
    if len(functions) == 1:
        return functions[0]
    if functions:
        raise BadSettings(f"{stack} has {len(functions)} functions: name one of {_names(functions)}")
    if FOLDER.is_dir() and not stack.exists():
        return Function(FOLDER.name, FOLDER.resolve(), stack.absolute().parent)
    lacks = f"{stack} has no function with lang: {LANG}" if stack.exists() else f"there is no {stack} here"
    raise BadSettings(f"{lacks}: `{spelled('new', 'NAME')}` makes a function")


def _names(functions: Sequence[Function]) -> str:
    return ", ".join(function.name for function in functions)
