"""What ships of a module does what the module does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from portable.packaging.shrink import shrink

PLATFORMS_DIR = Path(__file__).parents[3] / "platforms"
SHIPPED = [*sorted(PLATFORMS_DIR.glob("*.py")), *sorted(PLATFORMS_DIR.glob("aws_lambda/*.py"))]


class Unread(ast.NodeTransformer):
    """Takes out of a tree what only readers and type checkers need."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        """Empty a docstring."""
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = ""
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        """Replace a block for the type checker."""
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = [ast.Expr(ast.Constant(0))]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Forget an argument's type."""
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Forget a result's type."""
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Forget a result's type."""
        node.returns = None
        return self.generic_visit(node)


def lines_of(tree: ast.AST) -> list[tuple[str, int]]:
    """Return the line of every statement that does something."""
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.stmt))
    return [
        (type(node).__name__, node.lineno)
        for node in nodes
        if not isinstance(getattr(node, "value", None), ast.Constant)
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(PLATFORMS_DIR)))
def test_shipped_module_does_the_same_on_the_same_lines(path: Path) -> None:
    source = path.read_bytes()
    expected, found = Unread().visit(ast.parse(source)), ast.parse(shrink(source))

    assert ast.dump(found) == ast.dump(expected)
    assert lines_of(found) == lines_of(expected)
    compile(shrink(source), path.name, "exec", dont_inherit=True)


@pytest.mark.parametrize(
    ("source", "shrunk"),
    [
        ("x = 1  # why\n", "x = 1\n"),
        ("    # alone\nx = 1\n", "\nx = 1\n"),
        ("é = 'ü'  # ö\ny = 1\n", "é = 'ü'\ny = 1\n"),
        ("x = '# no comment'\n", "x = '# no comment'\n"),
        ("x = 'a   \\\n   b'  \n", "x = 'a   \\\n   b'  \n"),
        ("x = '''a  \n# b\n'''\n", "x = '''a  \n# b\n'''\n"),
        ('"""One.\n\nMore.\n"""\nimport os\n', '""\n\n\n\nimport os\n'),
        ('def f():\n    """One."""\n', 'def f():\n    ""\n'),
        ('class A:\n    x = 1\n    """Of x."""\n', 'class A:\n    x = 1\n    ""\n'),
        (
            "def f(a: int, *b: str, c: list[int] = None, **d: x) -> dict[str, int]: ...\n",
            "def f(a, *b, c = None, **d): ...\n",
        ),
        ("async def f(é: int) -> None: ...\n", "async def f(é): ...\n"),
        (
            "def f(\n    a: int,  # one\n    b: str,\n) -> int:\n    return a\n",
            "def f(\n    a,\n    b,\n):\n    return a\n",
        ),
        ("class A(B):\n    x: int\n", "class A(B):\n    x: int\n"),
        ("def f(a: '->' = 1) -> '->': ...\n", "def f(a = 1): ...\n"),
        ("if TYPE_CHECKING:\n    # b\n    import c\nd = 1\n", "if TYPE_CHECKING:\n\n    0\nd = 1\n"),
        (
            "if TYPE_CHECKING:\n    import c\n    import d\nelse:\n    c = 1\n",
            "if TYPE_CHECKING:\n    0\n\nelse:\n    c = 1\n",
        ),
    ],
)
def test_what_goes_and_what_stays(source: str, shrunk: str) -> None:
    assert shrink(source.encode()).decode() == shrunk
