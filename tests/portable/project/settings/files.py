"""A stack.yml with one function, or more."""

from __future__ import annotations

from pathlib import Path

STACK = """\
version: 1.0
provider: {name: openfaas}
functions:
  meditations:
    lang: portable
    handler: ./function
    image: local/meditations:1
"""


def two(handler: str) -> str:
    """Return a stack file with a second function, `other`."""
    return STACK + f"  other:\n    lang: portable\n    handler: {handler}\n    image: local/other:1\n"


def write_stack(tmp_path: Path, fields: str = "", *, text: str = STACK) -> Path:
    """Write a stack.yml; `fields` are lines of YAML that its last function has besides."""
    path = tmp_path / "stack.yml"
    path.write_text(text + "".join(f"    {line}\n" for line in fields.splitlines()))
    return path
