"""What a wrong name was meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def hint(given: str, known: Iterable[str]) -> str:
    """Return `did you mean 'memory_mb'?`, or all that there are if none is near."""
    names = {one.lower(): one for one in known}
    close = get_close_matches(given.lower(), names, 1)
    return f"did you mean {names[close[0]]!r}?" if close else f"there are: {', '.join(names.values())}"
