"""The tables of deploy.toml on its pages: `python -m tests.portable.project.settings.settings_tables` writes them."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from portable.aws import settings as aws_settings
from portable.openwhisk import action_settings
from portable.project.functions import Function
from portable.project.settings import aws, openwhisk
from portable.project.settings.kinds import Keys

_PAGES_DIR = Path(__file__).parents[4] / "docs" / "platforms"
BEGIN, END = "<!-- settings -->\n", "<!-- /settings -->"


@dataclass(frozen=True)
class Table:
    """One page's: the keys, what each means, and its default."""

    page: Path
    keys: Keys
    meanings: Mapping[str, str]
    default: Any

    @property
    def names(self) -> tuple[str, ...]:
        """Return every key."""
        return (*self.keys.single, *self.keys.tables)

    def text(self) -> str:
        """Return the settings, one line each: name, default, meaning."""
        lines = ["| name | default | meaning |", "|---|---|---|"]
        lines += [f"| `{name}` | {self._shown(name)} | {self.meanings[name]} |" for name in self.names]
        return "\n".join(lines) + "\n"

    def put_into(self, text: str) -> str:
        """Return the page's text with the table as it is now."""
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        return before + BEGIN + "\n" + self.text() + "\n" + END + after

    def _shown(self, name: str) -> str:
        value = getattr(self.default, name, None)
        if isinstance(value, aws.Smoke):
            value = f"{value.method} {value.path}"
        return f"`{json.dumps(value)}`" if value is False or value else "none"


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


AWS = Table(
    _PAGES_DIR / "aws_lambda.md",
    aws.KEYS,
    _meanings(aws_settings, "Settings") | {"smoke_statuses": _meanings(aws, "Smoke")["statuses"]},
    aws_settings.Settings(app="", stage="", region=""),
)
OPENWHISK = Table(
    _PAGES_DIR / "openwhisk.md",
    openwhisk.KEYS,
    _meanings(action_settings, "ActionSettings"),
    action_settings.ActionSettings(Function("", Path(), Path())),
)
TABLES = (AWS, OPENWHISK)

if __name__ == "__main__":
    for table in TABLES:
        table.page.write_text(table.put_into(table.page.read_text()))
