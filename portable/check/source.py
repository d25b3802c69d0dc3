"""What a function's own source tells of it: the streams that it names. Nothing of it is run."""

from __future__ import annotations

import ast
from contextlib import suppress
from pathlib import Path

_STREAMS = ("text/event-stream", "application/x-ndjson")


def streams_of(handler_dir: Path) -> tuple[str, ...]:
    """Return the media types of streams that stand in the texts of a function's source; none if it cannot be read."""
    texts = {text for path in handler_dir.rglob("*.py") for text in _texts(path)}
    return tuple(one for one in _STREAMS if any(one in text for text in texts))


def _texts(path: Path) -> set[str]:
    with suppress(OSError, SyntaxError, ValueError, RecursionError):
        nodes = ast.walk(ast.parse(path.read_bytes()))
        return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return set()
