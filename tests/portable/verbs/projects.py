"""Projects of a test's own, and the command run in them."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from tests.runtimes.processes import REPOSITORY_DIR


def portable(*arguments: str) -> list[str]:
    """Return the command that runs a verb of this tree, in whatever folder."""
    run = f"import sys; sys.path[0] = {str(REPOSITORY_DIR)!r}; from portable.__main__ import main; sys.exit(main())"
    return [sys.executable, "-c", run, *arguments]


def write_stack(folder: Path, *names: str, fields: str = "") -> Path:
    """Write a stack file with a function for each name, in the folder of that name; `fields` are YAML, for each."""
    lines = ["provider: {name: openfaas}", "functions:"]
    for name in names:
        lines += [f"  {name}:", "    lang: portable", f"    handler: ./{name}", f"    image: local/{name}"]
        lines += textwrap.indent(textwrap.dedent(fields), "    ").splitlines()
    path = folder / "stack.yml"
    path.write_text("\n".join(lines))
    return path
