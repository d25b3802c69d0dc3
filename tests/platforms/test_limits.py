"""The numbers of the platforms: what a limits.py may hold, so that it costs a cold start nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMITS = sorted((ROOT / "platforms").glob("*/limits.py"))
SOURCES = [path for name in ("platforms", "portable") for path in (ROOT / name).rglob("*.py") if path not in LIMITS]
_CONSTANTS = {ast.Assign, ast.Name, ast.Store, ast.Tuple, ast.Load, ast.Constant, ast.BinOp, ast.Mult, ast.Pow}


@pytest.mark.parametrize("path", LIMITS, ids=lambda path: path.parent.name)
def test_limits_are_constants_alone(path: Path) -> None:
    """Nothing is imported, called or defined."""
    _, *assignments = ast.parse(path.read_text()).body

    assert {type(node) for one in assignments for node in ast.walk(one)} <= _CONSTANTS


@pytest.mark.parametrize("path", LIMITS, ids=lambda path: path.parent.name)
def test_every_limit_is_of_use_somewhere(path: Path) -> None:
    names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    text = "\n".join(source.read_text() for source in SOURCES)

    assert names
    assert {name for name in names if name not in text} == set()
