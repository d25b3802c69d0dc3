"""Refuse imports that work in one place and fail in another, before anything is served or packaged."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ..deploying.errors import BadSettings
from .ignored import shipped

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
    """Raise BadSettings, with a line for each, for imports of the folder's own name and for names that are taken.

    Only what ships is looked at. A file that does not parse is left to whoever imports it.
    """
    sources = [path for path in shipped(folder) if path.suffix == ".py"]
    modules = _modules(folder, sources)
    imports = [found for path in sources for found in _imports_of(path)]
    findings = [*_taken_names(modules, imports), *_own_name(folder, modules, imports)]
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
            found = next((one for one in imports if one.module.partition(".")[0] == name), None)
            if found:
                yield f"{found.where}: `{found.written}` is Python's own {name}, not {path}: give {path} another name"
            else:
                yield f"{path}: {name} is a standard module, and `import {name}` gives that: give it another name"


def _own_name(folder: Path, modules: Mapping[str, str], imports: Sequence[_Import]) -> Iterator[str]:
    own = folder.resolve().name
    if own == PACKAGE or own in modules or own in sys.stdlib_module_names or _is_required(folder, own):
        return
    for one in imports:
        top, *others = [*one.module.split("."), one.name]
        if top == own and others[0] in modules:
            what = f"{one.where}: `{one.written}` works in no package, where the folder is {PACKAGE}/"
            yield f"{what}: write `{one.inside}`"


def _is_required(folder: Path, name: str) -> bool:
    """Return whether the function requires a package of its folder's name: then an import of it is that one's."""
    try:
        text = (folder / "requirements.txt").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return bool(re.search(rf"^{re.escape(name)}\b", text, re.IGNORECASE | re.MULTILINE))


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
