"""Add a function to the text of a stack file: every other character of it stays as it is."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml

from ..deploying.errors import BadSettings
from ..stack.errors import Refused
from ..stack.yaml_file import parsed


def added(text: str, path: Path, name: str, entry: str) -> str:
    """Return the text with the function's entry as the last one below `functions:`.

    `entry` has two spaces for each level. Raises BadSettings, naming the file, if it is no stack file, has the
    function, or has its functions in a form that a line cannot be added to.
    """
    root, before = _parsed(text, path)
    if name in (before.get("functions") or ()):
        raise BadSettings(f"{path} has a function {name!r}: take another name")
    whole = _inserted(text, root, entry)
    if whole is None or not _is_only_more(whole, before, entry):
        raise BadSettings(
            f"{path}: its functions do not stand one below the other, so {name} cannot be added: write "
            "`functions:` alone in its line, and below it each function in lines of its own"
        )
    return whole


def _parsed(text: str, path: Path) -> tuple[yaml.MappingNode | None, dict[str, Any]]:
    """Return the file's mapping, as a node and as what it says; None and {} of an empty one."""
    try:
        parsed(text, path)  # as every verb reads it
        root = yaml.compose(text, yaml.SafeLoader)
        said = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it makes texts, lists and dicts alone
    except Refused as error:
        raise BadSettings(f"{' '.join(str(error).split())}: mend it first") from None
    except yaml.YAMLError as error:
        raise BadSettings(f"{path}: {' '.join(str(error).split())}: mend it first") from None
    if root is not None and not isinstance(root, yaml.MappingNode):
        raise BadSettings(f"{path} is no stack file, which begins with `version: 1.0`: mend it first")
    return root, said or {}


def _inserted(text: str, root: yaml.MappingNode | None, entry: str) -> str | None:
    """Return the text with the entry; None if its functions are not one below the other."""
    lines = text.splitlines(keepends=True)
    newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += newline
    place = _place(root, lines)
    if place is None:
        return None
    line, columns, step, heading = place
    deeper = re.sub("^(  )+", lambda spaces: " " * (len(spaces[0]) // 2 * step), entry, flags=re.MULTILINE)
    added = heading + indent(deeper, " " * columns)
    return "".join([*lines[:line], *added.replace("\n", newline).splitlines(keepends=True), *lines[line:]])


def _place(root: yaml.MappingNode | None, lines: list[str]) -> tuple[int, int, int, str] | None:
    """Return before which line the entry goes, at which column, how deep a level is there, and what stands above it."""
    found = [(key, value) for key, value in root.value if key.value == "functions"] if root else []
    if not found:
        return len(lines), 2, 2, "functions:\n"
    key, functions = found[0]
    outer = key.start_mark.column
    if isinstance(functions, yaml.ScalarNode) and not functions.value:
        return key.start_mark.line + 1, outer + 2, 2, ""
    if not isinstance(functions, yaml.MappingNode) or functions.flow_style:
        return None
    columns = functions.value[0][0].start_mark.column
    return _end(functions, lines, columns), columns, columns - outer, "\n"


def _end(functions: yaml.MappingNode, lines: list[str], columns: int) -> int:
    """Return the line after the last function: what is blank, or a comment further left, is of what follows."""
    end = functions.end_mark.line + (functions.end_mark.column > 0)
    while end and _is_apart(lines[end - 1], columns):
        end -= 1
    return end


def _is_apart(line: str, columns: int) -> bool:
    text = line.strip()
    return not text or (text.startswith("#") and len(line) - len(line.lstrip()) < columns)


def _is_only_more(whole: str, before: dict[str, Any], entry: str) -> bool:
    """Tell whether a stack file says what it said before, and what the entry says."""
    added = yaml.load(entry, yaml.BaseLoader)  # noqa: S506
    try:
        after = yaml.load(whole, yaml.BaseLoader)  # noqa: S506
        return bool(after == {**before, "functions": {**(before.get("functions") or {}), **added}})
    except yaml.YAMLError:
        return False
