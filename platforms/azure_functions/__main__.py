"""`python -m platforms.azure_functions package`: build what Azure's tool takes. The package does not have it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

USAGE = "usage: python -m platforms.azure_functions package [--help]"


def main(arguments: Sequence[str]) -> int:
    """Run the command; return the exit code: 0, or 2 for bad arguments or a function that cannot be packaged."""
    if arguments[:1] == ["package"]:
        from ..packaging import command
        from .deploy.package import build

        return command.main("azure_functions", build, Path("build/azure_functions"), arguments[1:])
    if arguments and arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0
    print(f"{USAGE}\nerror: package is the one command", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
