"""Every shim has the same parts in the same order: `to_event`, `to_context`, `to_native`, then the entry point."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PLATFORMS_DIR = Path(__file__).parents[2] / "platforms"
PLATFORMS = sorted(path.parent.name for path in PLATFORMS_DIR.glob("*/shim.py"))
PARTS = ("to_event", "to_context", "to_native")
# The one exception: a Responder answers what comes by WSGI and by ASGI, so it makes the Context for both; and OpenFaaS
# is such a Responder behind the WSGI shim, with nothing to translate.
ELSEWHERE = {
    "wsgi": {"to_context": "wsgi/responder.py"},
    "openfaas": {"to_event": "wsgi/shim.py", "to_context": "wsgi/responder.py", "to_native": "wsgi/shim.py"},
}
# what each platform looks up
ENTRY_POINTS = {
    "aws_lambda": ["lambda_handler"],
    "azure_functions": ["app"],
    "google_cloud": ["handle_http", "handle_event"],
    "openfaas": ["application"],
    "openwhisk": ["main"],
    "wsgi": ["application"],
}


def parsed(path: str) -> ast.Module:
    """Return the tree of a module below platforms/."""
    return ast.parse((PLATFORMS_DIR / path).read_bytes())


def bound(tree: ast.Module) -> list[str]:
    """Return the functions that a module defines or takes from another one, in order."""
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.ImportFrom):
            names += [alias.asname or alias.name for alias in node.names]
    return names


def entry_points(tree: ast.Module) -> list[str]:
    """Return the names that a module ends with: assigned, or made by `__getattr__` when they are asked for."""
    last = tree.body[-1]
    if isinstance(last, ast.FunctionDef) and last.name == "__getattr__":
        compared = [node for node in ast.walk(last) if isinstance(node, ast.Compare)]
        return [str(ast.literal_eval(node.comparators[0])) for node in compared]
    functions = [number for number, node in enumerate(tree.body) if isinstance(node, ast.FunctionDef)]
    assigned = [node for node in tree.body[functions[-1] :] if isinstance(node, ast.Assign)]
    names = [target.id for node in assigned for target in node.targets if isinstance(target, ast.Name)]
    return [name for name in names if not name.startswith("_")]


@pytest.mark.parametrize("platform", PLATFORMS)
class TestShim:
    def test_parts_come_in_one_order_and_then_what_makes_the_entry_point(self, platform: str) -> None:
        makers = [f"make_{name}" for name in ENTRY_POINTS[platform]]
        parts = [*(part for part in PARTS if part not in ELSEWHERE.get(platform, {})), *makers]

        assert [name for name in bound(parsed(f"{platform}/shim.py")) if name in (*PARTS, *makers)] == parts

    def test_module_ends_with_the_entry_point(self, platform: str) -> None:
        assert entry_points(parsed(f"{platform}/shim.py")) == ENTRY_POINTS[platform]

    def test_part_that_is_elsewhere_is_there(self, platform: str) -> None:
        for part, path in ELSEWHERE.get(platform, {}).items():
            tree = parsed(path)
            defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}

            assert part in {*bound(tree), *defined}
