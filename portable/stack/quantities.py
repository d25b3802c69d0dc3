"""Kubernetes quantities and Go durations, as labels, limits and settings write them."""

from __future__ import annotations

import re
from decimal import Decimal

from platforms import durations

_SUFFIXES = {
    "": Decimal(1),
    **{suffix: Decimal(1000) ** -power for power, suffix in enumerate(("m", "u", "n"), 1)},
    **{suffix: Decimal(1000) ** (power + 1) for power, suffix in enumerate(("k", "M", "G", "T", "P", "E"))},
    **{suffix: Decimal(1024) ** (power + 1) for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))},
}


def parse_quantity(written: str) -> Decimal:
    """Return the number that "128Mi", "500m", "1e3" or "0.5" stands for. Raises ValueError for anything else.

    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
    """
    match = re.fullmatch(
        r"([0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE]([-+]?[0-9]{1,2})|([a-zA-Z]{0,2}))", written
    )
    if not match or (match[3] or "") not in _SUFFIXES:
        raise ValueError(f"{written[:80]!r} is no quantity, such as 128Mi, 1G, 500m or 0.5")
    number = Decimal(match[1])
    return number * (Decimal(10) ** int(match[2]) if match[2] else _SUFFIXES[match[3] or ""])


def parse_duration_s(written: str) -> float:
    """Return the seconds of a Go duration ("1m30s", "500ms"), or of a whole number of them. Raises ValueError.

    So does one below 0: nothing here takes it.
    """
    seconds = durations.parse_duration_s(written)
    if seconds < 0:
        raise ValueError(f"{written[:80]!r} is no time from 0 on, such as 30s, 5m, 1m30s or 500ms")
    return seconds
