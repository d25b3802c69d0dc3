"""What a command prints: of what others have said never a key, and no more than can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..deploying import console

_MOST_SHOWN = 4000
# a key that stands where another setting is expected is not known as the key
_KEY = re.compile(r"""[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[^\s"']+""", re.IGNORECASE)


@dataclass
class Console(console.Console):
    """The streams of one command."""

    def fail(self, message: str, exit_code: int) -> int:
        """Print what the command failed with; return the exit code."""
        # cut after hiding: half a secret would not be known again
        return super().fail(self.without_hidden(message)[:_MOST_SHOWN], exit_code)

    def without_hidden(self, text: str) -> str:
        """Return what others have said without what is hidden, and without keys."""
        return _KEY.sub("***", super().without_hidden(text))
