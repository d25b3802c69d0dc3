"""`python -m portable.testing`: `portable call`, in the function's own environment.

It reads what to send as JSON from stdin and writes what came of it as JSON to stdout. What the handler prints goes to
stderr, as its log does.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import IO, Any

from platforms.loading import HandlerError

from ..deploying.errors import BadSettings, DeployError
from ..emulators.errors import Unavailable
from .call import call


def main(stdin: IO[str], stdout: IO[str]) -> None:
    """Call, and write the outcomes, or why the function cannot be called."""
    try:
        answered: dict[str, Any] = {"outcomes": call(json.load(stdin))}
    except (HandlerError, Unavailable, DeployError) as error:
        answered = {"error": str(error), "is_bad_settings": isinstance(error, BadSettings)}
    json.dump(answered, stdout)


def _own_stdout() -> IO[str]:
    """Return stdout, and let whatever else is written to it come to stderr."""
    own = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return own


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    with _own_stdout() as answers:
        main(sys.stdin, answers)
