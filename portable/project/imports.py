"""Refuse imports that work in one place and fail in another, before anything is served or packaged."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ..deploying.errors import BadSettings
from .functions import STACK
from .ignored import shipped
from .requirement_files import FILE_NAME, name_of, normal, requirements

PACKAGE = "function"
_OURS = {
    PACKAGE: "what the function's folder is imported as",
    "platforms": "what runs the function everywhere",
    "portable": "the tool's",
}


class _Import(NamedTuple):
    """A module that a line imports, or from which it imports a name."""

    where: str
    module: str
    name: str = ""
    alias: str = ""

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    @property
    def written(self) -> str:
        what = f"from {self.module} import {self.name}" if self.name else f"import {self.module}"
        return what + self._as

    @property
    def inside(self) -> str:
        """The same import by the name that the function's folder has everywhere."""
        path = f"{self.module}.{self.name}" if self.name else self.module
        package, _, name = f"{PACKAGE}.{path.partition('.')[2]}".rpartition(".")
        return f"from {package} import {name}{self._as}"

    @property
    def _as(self) -> str:
        return f" as {self.alias}" if self.alias else ""


def check(folder: Path) -> None:
    """Raise BadSettings, with a line for each, for names that are taken, and for imports that no package can make.

    Those are of the folder's own name, and of modules beside the folder or beside stack.yml. Only what ships is looked
    at. A file that does not parse is left to whoever imports it.
    """
    sources = [path for path in shipped(folder) if path.suffix == ".py"]
    modules = _modules(folder, sources)
    imports = [found for path in sources for found in _imports_of(path)]
    others = [one for one in imports if one.top not in {*modules, *_OURS, *sys.stdlib_module_names}]
    findings = [*_taken_names(modules, imports), *_not_shipped(folder, modules, others)]
    if findings:
        raise BadSettings("\n".join(findings))


def _modules(folder: Path, sources: Sequence[Path]) -> Mapping[str, str]:
    """Return the names of the modules at the top of the folder, each with the path that a person sees."""
    files = {path.stem: _shown(path) for path in sources if path.parent == folder}
    packages = {path.parent.name: f"{_shown(path.parent)}/" for path in sources if path.parent.parent == folder}
    return packages | files


def _taken_names(modules: Mapping[str, str], imports: Sequence[_Import]) -> Iterator[str]:
    for name, path in sorted(modules.items()):
        if name in _OURS:
            yield f"{path}: {name} is {_OURS[name]}: give it another name"
        elif name in sys.stdlib_module_names:
            found = next((one for one in imports if one.top == name), None)
            if found:
                yield f"{found.where}: `{found.written}` is Python's own {name}, not {path}: give {path} another name"
            else:
                yield f"{path}: {name} is a standard module, and `import {name}` gives that: give it another name"


def _not_shipped(folder: Path, modules: Mapping[str, str], imports: Sequence[_Import]) -> Iterator[str]:
    own, shown = folder.resolve().name, f"{_shown(folder)}/"
    is_required = _required(folder)
    for one in imports:
        if is_required(one.top):
            continue
        if one.top == own:
            inner = [*one.module.split("."), one.name][1]
            what = f"{one.where}: `{one.written}` works in no package, where the folder is {PACKAGE}/"
            yield f"{what}: write `{one.inside}`" if inner in modules else f"{what}: {_own_or_required(own, shown)}"
        elif beside := _beside(folder, one.top):
            what = f"{one.where}: `{one.written}` works in no package, which has {shown} alone"
            yield f"{what}: move {_shown(beside)} into {shown}, or require it in {shown}{FILE_NAME}"


def _own_or_required(own: str, shown: str) -> str:
    return f"write `from {PACKAGE} import ...`, or require {own} in {shown}{FILE_NAME} if it is another's"


def _beside(folder: Path, name: str) -> Path | None:
    """Return the module, or the folder of modules, that has a name in the project but is not the function's."""
    above = folder.resolve().parents
    for place in dict.fromkeys([next((one for one in above if (one / STACK).is_file()), above[0]), above[0]]):
        if (module := place / f"{name}.py").is_file():
            return module
        if any((place / name).glob("**/*.py")):
            return place / name
    return None


def _required(folder: Path) -> Callable[[str], bool]:
    """Return what tells whether a module is one that the function requires, by its project's name or by its path."""
    asked = requirements(folder / FILE_NAME)
    names = {name_of(one) for one in asked}
    paths = [(folder / one).resolve() for one in asked if not name_of(one)]

    def is_required(name: str) -> bool:
        beside = _beside(folder, name)
        return normal(name) in names or (beside is not None and any(beside.is_relative_to(path) for path in paths))

    return is_required


def _imports_of(path: Path) -> Iterator[_Import]:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in sorted(nodes, key=lambda node: node.lineno):
        where = f"{_shown(path)}:{node.lineno}"
        for alias in node.names:
            if isinstance(node, ast.Import):
                yield _Import(where, alias.name, alias=alias.asname or "")
            elif node.module and not node.level:
                yield _Import(where, node.module, alias.name, alias.asname or "")


def _shown(path: Path) -> str:
    below = os.path.relpath(path)
    return str(path) if below.startswith("..") else below
