"""Find out, without running anything, whether a function's files parse and the handler is there that is called."""

from __future__ import annotations

import ast
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path

from platforms.loading import DEFAULT_HANDLER

from ..deploying.errors import BadSettings
from .functions import short
from .ignored import FILE_NAME, shipped
from .imports import PACKAGE


def check(folder: Path, variables: Mapping[str, str]) -> None:
    """Raise BadSettings, with a line for each, for what does not parse, or for a handler that is not there.

    Only what ships is looked at, and nothing where there is no folder. `variables` may name another handler by HANDLER;
    one of a package that the function requires is taken to be there.
    """
    if not folder.is_dir():
        return
    findings: list[str] = []
    trees: dict[Path, ast.Module] = {}
    for path in (path for path in shipped(folder) if path.suffix == ".py"):
        try:
            trees[path] = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError) as error:
            findings.append(_unparsable(path, error))
        except OSError as error:
            findings.append(f"{short(path)} cannot be read: {error.strerror}")
    findings = findings or list(_no_handler(folder, trees, variables.get("HANDLER") or DEFAULT_HANDLER))
    if findings:
        raise BadSettings("\n".join(findings))


def _unparsable(path: Path, error: SyntaxError | ValueError) -> str:
    line, why = (error.lineno, error.msg) if isinstance(error, SyntaxError) else (None, str(error))
    where = f"{short(path)}:{line}" if line else short(path)
    return f"{where}: {why} (Python {platform.python_version()}): mend it, or leave it out with {FILE_NAME}"


def _no_handler(folder: Path, trees: Mapping[Path, ast.Module], target: str) -> Iterator[str]:
    """Yield what is wrong with the handler, if anything is."""
    module, colon, name = target.partition(":")
    if not colon or not module or not name:
        yield f"HANDLER is {target!r}; it takes the form module:callable, such as {DEFAULT_HANDLER}"
        return
    package, *parts = module.split(".") if module.split(".")[0] == PACKAGE else ["", *module.split(".")]
    candidates = (folder.joinpath(*parts).with_suffix(".py"), folder.joinpath(*parts, "__init__.py"))
    path = next((path for path in candidates if path in trees), None)
    takes = f"it takes `def {name}(event, context)`"
    if path and name not in _names(trees[path]) and "*" not in _names(trees[path]):
        yield f"{short(path)} has no {name!r}: {takes}, or HANDLER=module:callable names another"
    elif not path and (package or any(path.exists() for path in candidates)):
        left_out = next((path for path in candidates if path.is_file()), None)
        yield (
            f"{short(left_out)} does not ship: see {FILE_NAME}"
            if left_out
            else (f"{short(candidates[0] if parts else candidates[1])} is missing: {takes}")
        )


def _names(tree: ast.Module) -> set[str]:
    """Return what a module may define: each name that is bound anywhere in it, and `*` for all of another's."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.alias(name=name, asname=asname):
                found.add(asname or name.partition(".")[0])
    return found
