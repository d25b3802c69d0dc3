"""The errors of replaying.

BadSettings (deploying/errors.py)
+-- ReplayError    nothing can be replayed or recorded as asked: says what is wrong, and what to do
    +-- BadCall    a file is no recorded call: names the member
"""

from __future__ import annotations

from ..deploying.errors import BadSettings


class ReplayError(BadSettings):
    """What was asked for cannot be done."""


class BadCall(ReplayError):
    """A file that is no recorded call."""
