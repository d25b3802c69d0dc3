"""Put a function's variables into the environment of the process for as long as it is the function at work."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from platforms import contract

# what a test sets goes before stack.yml, and is told by what was set before any test ran
_AT_START = dict(os.environ)


@contextmanager
def having(variables: Mapping[str, str]) -> Iterator[None]:
    """Have them in the environment for the time of the block; those of one function at a time are there."""
    wanted = {name: text for name, text in variables.items() if os.environ.get(name) == _AT_START.get(name)}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    contract._secrets.clear()  # kept for a process, which here runs several functions and tests
    try:
        yield
    finally:
        contract._secrets.clear()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
