"""`python -m tests.opcodes [--write]`: prints the opcodes of each case as JSON; --write makes them those to keep."""

from __future__ import annotations

import json
import sys

from . import function, gateway
from .figures import keep


def main() -> None:
    """Measure."""
    figures = {name: measure() for name, measure in {**function.CASES, **gateway.CASES}.items()}
    print(json.dumps(figures, indent=2))
    if "--write" in sys.argv[1:]:
        keep(figures)


main()
