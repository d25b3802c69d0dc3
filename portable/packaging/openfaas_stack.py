"""The stack file of a package: that of the project with the one function, whose folder is ./function there.

It is read and written as YAML nodes, so that every text stays what it is: `${REGISTRY:-local}`, `1.10`, `yes`.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from .errors import PackageError

HANDLER = "./function"
LANG = "portable"


def stack_of(path: Path, function_dir: Path) -> bytes:
    """Return a stack file with the function of `path` whose handler is the folder; unchanged if it has only that.

    Raises PackageError, also unless exactly one function has the folder.
    """
    text = _read(path)
    root = _composed(text, path)
    functions = _mapping(root, "functions", path)
    name, handler = _only(functions, path, function_dir)
    _check(_mapping(functions, name, path), path)
    _check_copied(root, path)
    if len(functions.value) == 1 and handler.value == HANDLER:
        return text.encode()
    handler.value = HANDLER
    functions.value = [pair for pair in functions.value if pair[0].value == name]
    return yaml.serialize(root, Dumper=yaml.SafeDumper, encoding="utf-8", allow_unicode=True)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PackageError(
            f"there is no {str(path)!r}, which names the function for OpenFaaS: name the file with --stack"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise PackageError(f"{path} cannot be read: {error}") from None


def _composed(text: str, path: Path) -> yaml.Node:
    try:
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise PackageError(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    if root is None:
        raise PackageError(f"{path} is empty: it takes functions, each with lang, handler and image")
    return root


def _only(functions: yaml.MappingNode, path: Path, function_dir: Path) -> tuple[str, yaml.ScalarNode]:
    """Return the name of the one function that has the folder, and its handler."""
    handlers = {name.value: _entry(function, "handler") for name, function in functions.value}
    texts = {name: handler for name, handler in handlers.items() if isinstance(handler, yaml.ScalarNode)}
    here, folder = path.parent, function_dir.resolve()
    found = [(name, handler) for name, handler in texts.items() if (here / handler.value).resolve() == folder]
    if len(found) == 1:
        return found[0]
    there_are = ", ".join(f"{name} has {handler.value!r}" for name, handler in texts.items())
    raise PackageError(
        f"{path}: {len(found) or 'none'} of its functions have the handler {str(function_dir)!r}, and it takes one, "
        f"which the image is named after: {there_are}"
    )


def _check(function: yaml.MappingNode, path: Path) -> None:
    """Refuse what the package does not have: another template, and files beside the stack file."""
    if _text(function, "lang") != LANG:
        raise PackageError(f"{path}: lang is {_text(function, 'lang')!r}, and the template in the package is {LANG!r}")
    if _entry(function, "environment_file"):
        raise PackageError(
            f"{path}: environment_file names files that are not packaged: put the variables under environment, "
            "or run faas-cli in this folder"
        )


def _check_copied(root: yaml.Node, path: Path) -> None:
    """Refuse folders beside the stack file, which are not in the package."""
    configuration = _entry(root, "configuration")
    if configuration and _entry(configuration, "copy"):
        raise PackageError(
            f"{path}: configuration.copy names folders that are not packaged: take it out (the template has platforms "
            "and requirements itself), and put a folder of your own into the function's"
        )


def _mapping(node: yaml.Node, key: str, path: Path) -> yaml.MappingNode:
    found = _entry(node, key)
    if not isinstance(found, yaml.MappingNode) or not found.value:
        raise PackageError(f"{path}: {key} has nothing in it: it takes names, each with its own lines below")
    return found


def _text(node: yaml.Node, key: str) -> str:
    found = _entry(node, key)
    return found.value if isinstance(found, yaml.ScalarNode) else ""


def _entry(node: yaml.Node, key: str) -> yaml.Node | None:
    """Return the value of a key, also one that is merged in by `<<`."""
    entries = {name.value: value for name, value in node.value} if isinstance(node, yaml.MappingNode) else {}
    return entries.get(key) or (_entry(entries["<<"], key) if "<<" in entries else None)
