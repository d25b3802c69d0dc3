"""The page's table of settings: `python -m tests.portable.aws.settings.settings_table` writes it."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
from pathlib import Path
from types import ModuleType
from typing import Any

from portable.aws import settings
from portable.project.settings import aws
from portable.project.settings.aws import KEYS

DOCUMENT = Path(__file__).parents[4] / "docs" / "platforms" / "aws_lambda.md"
_NAMES = (*KEYS.single, *KEYS.tables)
BEGIN, END = "<!-- settings -->\n", "<!-- /settings -->"


def table() -> str:
    """Return the settings, one line each: name, default, meaning."""
    meanings = _meanings(settings, "Settings") | {"smoke_statuses": _meanings(aws, "Smoke")["statuses"]}
    defaults = _defaults()
    lines = ["| name | default | meaning |", "|---|---|---|"]
    lines += [f"| `{name}` | {defaults[name]} | {meanings[name]} |" for name in _NAMES]
    return "\n".join(lines) + "\n"


def with_table(text: str) -> str:
    """Return the page's text with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + table() + "\n" + END + after


def _meanings(source: ModuleType, name: str) -> dict[str, str]:
    """Return the docstring under each field of a class of a module."""
    module = ast.parse(inspect.getsource(source))
    (found,) = [one for one in module.body if isinstance(one, ast.ClassDef) and one.name == name]
    meanings = {}
    for field, below in zip(found.body, found.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=key)), ast.Expr(value=ast.Constant(value=str(text))):
                meanings[key] = " ".join(text.split())
    return meanings


def _defaults() -> dict[str, str]:
    default = settings.Settings(app="", stage="", region="")
    smoke = default.smoke
    values = {field.name: getattr(default, field.name) for field in dataclasses.fields(default) if field.name in _NAMES}
    values |= {"smoke": f"{smoke.method} {smoke.path}", "smoke_statuses": smoke.statuses}
    return {name: _shown(value) for name, value in values.items()}


def _shown(value: Any) -> str:
    return f"`{json.dumps(value)}`" if value is False or value else "none"


if __name__ == "__main__":
    DOCUMENT.write_text(with_table(DOCUMENT.read_text()))
