"""`python -m portable.testing`: `portable call`, in the function's own environment.

It reads what to send as JSON from stdin and writes what came of it as JSON to stdout. What the handler prints goes to
stderr, as its log does.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import IO

from platforms.loading import HandlerError

from ..deploying.errors import DeployError
from ..emulators.errors import Unavailable
from .call import call


def main(stdin: IO[str], stdout: IO[str]) -> int:
    """Call, and write the outcomes; return the exit code, which is not 0 if the function cannot be called."""
    try:
        outcomes = call(json.load(stdin))
    except (HandlerError, Unavailable, DeployError) as error:
        print(f"error: {error}", file=sys.stderr)
        return getattr(error, "exit_code", 1)
    json.dump(outcomes, stdout)
    return 0


def _own_stdout() -> IO[str]:
    """Return stdout, and let whatever else is written to it come to stderr."""
    own = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return own


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    with _own_stdout() as answers:
        code = main(sys.stdin, answers)
    sys.exit(code)
