"""Which path template of an API a path takes: the more literal one, `{name+}` last."""

from __future__ import annotations

import re
from collections.abc import Iterable


def match(templates: Iterable[str], path: str) -> tuple[str, dict[str, str]] | None:
    """Return the template with its parameters; None if none matches. A slash at the end makes no difference."""
    asked = path.rstrip("/") or "/"
    found = [(template, one) for template in templates if (one := _expression(template).fullmatch(asked))]
    if not found:
        return None
    template, parameters = min(found, key=lambda one: [_rank(part) for part in one[0].split("/")])
    return template, parameters.groupdict()


def _expression(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)(\+?)\}", template)
    text = re.escape(parts[0])
    for name, greedy, literal in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        text += f"(?P<{name}>{'.+' if greedy else '[^/]+'}){re.escape(literal)}"
    return re.compile(text)


def _rank(part: str) -> int:
    return 0 if not part.startswith("{") else 2 if part.endswith("+}") else 1
