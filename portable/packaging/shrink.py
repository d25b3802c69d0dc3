"""Python source without what only its readers need: the same lines, so that a traceback names the right ones.

It is for our own modules, which postpone the evaluation of annotations. The user's files are never touched.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple


class _Cut(NamedTuple):
    start: int
    end: int
    instead: bytes = b""


@cache
def shrink(source: bytes) -> bytes:
    """Return a module without comments, docstrings, annotations of functions and what type checkers alone import."""
    cuts: list[_Cut] = []
    for cut in sorted(_Source(source).cuts()):
        if not cuts or cut.start >= cuts[-1].end:
            cuts.append(cut)
    for start, end, instead in reversed(cuts):
        newlines = b"\n" * source.count(b"\n", start, end)
        source = source[:start] + instead + newlines + source[end:]
    return source


class _Source:
    """A module's source and where its lines begin. Columns of `ast` are bytes, those of `tokenize` are characters."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def cuts(self) -> Iterator[_Cut]:
        """Yield what goes, in no order; one may be within another."""
        for token in tokenize.tokenize(io.BytesIO(self._source).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                start = self._starts[row - 1] + len(token.line[:column].encode())
                yield _Cut(self._before_spaces(start), start + len(token.string.encode()))
        for node in ast.walk(ast.parse(self._source)):
            yield from self._cuts_of(node)

    def _cuts_of(self, node: ast.AST) -> Iterator[_Cut]:
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                yield self._cut(node, b'""', last=node)
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=[first, *_]):
                yield self._cut(first, b"0", last=node.body[-1])
            case ast.arg(annotation=ast.expr() as annotation):
                start = self._offset(node.lineno, node.col_offset) + len(node.arg.encode())
                yield _Cut(start, self._end(annotation))
            case ast.FunctionDef(returns=ast.expr() as returns) | ast.AsyncFunctionDef(returns=ast.expr() as returns):
                arrow = self._source.rindex(b"->", 0, self._offset(returns.lineno, returns.col_offset))
                yield _Cut(self._before_spaces(arrow), self._end(returns))

    def _cut(self, first: ast.stmt, instead: bytes, *, last: ast.stmt) -> _Cut:
        return _Cut(self._offset(first.lineno, first.col_offset), self._end(last), instead)

    def _end(self, node: ast.stmt | ast.expr) -> int:
        return self._offset(node.end_lineno or 0, node.end_col_offset or 0)

    def _before_spaces(self, offset: int) -> int:
        return len(self._source[:offset].rstrip(b" "))

    def _offset(self, row: int, column: int) -> int:
        return self._starts[row - 1] + column
