"""Durations as Go writes them, "1m30s" or "500ms": read here for the shims and for the tool alike."""

from __future__ import annotations

import re

_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,  # the micro sign, and below the Greek letter mu: Go takes both
    "\u03bcs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_PART = re.compile(rf"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)({'|'.join(_NANOSECONDS)})")
_PARTS = re.compile(f"(?:{_PART.pattern})+")


def parse_duration_s(text: str) -> float:
    """Return the seconds of a Go duration, or of a whole number of seconds; either may have a sign.

    Raises ValueError. The rules are Go's, https://pkg.go.dev/time#ParseDuration; the whole number is of-watchdog's,
    https://github.com/openfaas/of-watchdog#configuration.
    """
    unsigned = text[1:] if text.startswith(("-", "+")) else text
    if unsigned.isascii() and unsigned.isdigit():
        nanoseconds = _count(unsigned, "s")
    elif _PARTS.fullmatch(unsigned):
        nanoseconds = sum(_count(number, unit) for number, unit in _PART.findall(unsigned))
    else:
        raise ValueError(f"{text[:80]!r} is no time, such as 30s, 5m, 1m30s or 500ms")
    if text.startswith("-"):
        nanoseconds = -nanoseconds
    if not -(2**63) <= nanoseconds < 2**63:  # Go keeps them in an int64
        raise ValueError(f"{text[:80]!r} is no time that Go can hold, which is 292 years at most")
    return nanoseconds / 10**9


def _count(number: str, unit: str) -> int:
    """Return the whole nanoseconds; what is less than one is dropped, as in Go."""
    whole, _, fraction = number.partition(".")
    divisor: int = 10 ** len(fraction)
    return int(whole + fraction) * _NANOSECONDS[unit] // divisor
