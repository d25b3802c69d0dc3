"""Import the function's folder as the package `function`, and make one module of its `helper` and `function.helper`.

It never looks at an import of anything else, and never replaces a standard module.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

PACKAGE = "function"
_SUFFIXES = (".py", ".pyc", ".so", ".pyd")
# the package itself, what is ours, and what does not ship: in a process that runs tests, it is the tests'
_NOT_ALIASED = {PACKAGE, "platforms", "portable", "__init__", "__main__", "tests", "conftest"}


class Finder:
    """What sys.meta_path asks first. `helper`, `pkg` and `pkg.sub` are other names of modules in `function`."""

    def __init__(self, folder: str) -> None:
        """Take note of what lies in the folder now."""
        self.folder = os.path.abspath(folder)
        self._names = _names_in(self.folder) - _NOT_ALIASED - sys.stdlib_module_names

    def owns(self, name: str) -> bool:
        """Return whether a module of that name is the function's."""
        top = name.partition(".")[0]
        return top == PACKAGE or top in self._names

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of the package, or of another name of its module; None for all else."""
        if name.partition(".")[0] in self._names:
            return _alias(name, path or [self.folder])
        return _package(self.folder) if name == PACKAGE else None


class _Alias:
    """A loader that gives the one module. Its spec stays its own, so that reloading and pickling know it by it."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        name = f"{PACKAGE}.{spec.name}"
        __import__(name)
        module = sys.modules[name]
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # the import system has put the spec of the other name there
        module.__spec__ = self._spec


def use(folder: str) -> None:
    """Make a folder the package `function`, in place of the one before and of all modules with the names in it."""
    before = used()
    finder = Finder(folder)
    if before and before.folder == finder.folder:
        return
    sys.meta_path[:] = [finder, *(other for other in sys.meta_path if other is not before)]
    for name in [*sys.modules]:
        if finder.owns(name) or (before and before.owns(name)):
            del sys.modules[name]


def used() -> Finder | None:
    """Return the finder of the folder that is in use."""
    return next((finder for finder in sys.meta_path if isinstance(finder, Finder)), None)


def folder_on_path() -> str | None:
    """Return the first folder called `function` on sys.path."""
    return next((path for entry in sys.path if os.path.isdir(path := os.path.join(entry, PACKAGE))), None)


def _names_in(folder: str) -> set[str]:
    """Return the names of a folder's modules, and of the folders in it that have modules."""
    names = os.listdir(folder)
    return {name.partition(".")[0] for name in names if _is_module(name) or _has_modules(os.path.join(folder, name))}


def _is_module(name: str) -> bool:
    return name.endswith(_SUFFIXES)


def _has_modules(path: str) -> bool:
    try:
        return os.path.isdir(path) and any(map(_is_module, os.listdir(path)))
    except OSError:  # not ours to read: nothing to import either
        return False


def _package(folder: str) -> ModuleSpec:
    from importlib.machinery import ModuleSpec, NamespaceLoader, SourceFileLoader

    init = os.path.join(folder, "__init__.py")
    if os.path.isfile(init):
        spec = ModuleSpec(PACKAGE, SourceFileLoader(PACKAGE, init), origin=init, is_package=True)
        spec.submodule_search_locations = [folder]
        spec.has_location = True
        return spec
    # as the import system itself makes one for a folder without __init__.py: importlib.resources takes its path alone
    loader = NamespaceLoader(PACKAGE, [folder], lambda name, path: None)
    spec = ModuleSpec(PACKAGE, loader, is_package=True)
    spec.submodule_search_locations = loader._path  # type: ignore[attr-defined]
    return spec


def _alias(name: str, path: Sequence[str]) -> ModuleSpec | None:
    from importlib.machinery import ModuleSpec, PathFinder

    found = PathFinder.find_spec(f"{PACKAGE}.{name}", path)
    if not found:
        return None
    is_package = found.submodule_search_locations is not None
    return ModuleSpec(name, _Alias(), origin=found.origin, is_package=is_package)  # type: ignore[arg-type]
