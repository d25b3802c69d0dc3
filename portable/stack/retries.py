"""How often and when a call is tried again, by its function's annotations.

https://docs.openfaas.com/openfaas-pro/retries/
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from random import Random
from typing import Any

from .errors import Refused
from .quantities import parse_duration_s

BACKOFFS = ("exponential", "full", "equal")
MAX_ATTEMPTS = 1000
MAX_WAIT_S = 24 * 3600.0
MAX_CONCURRENCY = 100
MAX_RETRY_AFTER_S = 3600.0
CONCURRENCY = "com.openfaas.async.concurrency"
_RETRY = "com.openfaas.retry."
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RetryPolicy:
    """How a function's asynchronous calls are run; times in seconds."""

    attempts: int = 10
    """The calls of the function in all; 0 is taken as 1."""

    codes: frozenset[int] = frozenset((429, 502, 500, 504, 408))
    min_wait_s: float = 10.0
    max_wait_s: float = 120.0
    concurrency: int | None = None
    """How many run at a time; None for the gateway's own setting. An annotation of this gateway's own."""

    @classmethod
    def from_annotations(cls, annotations: Mapping[str, str]) -> RetryPolicy:
        """Return what annotations say. Raises Refused for a value that cannot be used, naming the annotation."""
        policy = cls()
        for name in _FIELDS:
            if name in annotations:
                policy = policy._with(name, annotations[name])
        if policy.min_wait_s > policy.max_wait_s:
            raise Refused(
                f"annotation {_RETRY}min_wait is {policy.min_wait_s:g} s, more than {_RETRY}max_wait: "
                f"{policy.max_wait_s:g} s"
            )
        return policy

    @classmethod
    def for_calls(cls, annotations: Mapping[str, str], label: str) -> RetryPolicy:
        """Return what annotations say; those of a container that somebody else made may be of no use, and are logged.

        As on a cluster, the default holds then.
        """
        policy = cls()
        for name in _FIELDS:
            if name in annotations:
                try:
                    policy = policy._with(name, annotations[name])
                except Refused as error:
                    _log.warning("%s: %s; the default is used", label, error)
        return replace(policy, max_wait_s=max(policy.min_wait_s, policy.max_wait_s))

    def wait_s(self, tries: int, backoff: str, random: Random, retry_after_s: float | None = None) -> float:
        """Return how long to wait after so many tries; never less than `min_wait_s`."""
        if retry_after_s is not None:
            return max(self.min_wait_s, min(retry_after_s, MAX_RETRY_AFTER_S))
        longest_s = min(self.max_wait_s, self.min_wait_s * 2.0 ** min(tries - 1, 64))
        if backoff == "full":
            return max(self.min_wait_s, random.uniform(0.0, longest_s))
        if backoff == "equal":
            return max(self.min_wait_s, random.uniform(longest_s / 2, longest_s))
        return longest_s

    def _with(self, name: str, written: str) -> RetryPolicy:
        field, parse = _FIELDS[name]
        try:
            return replace(self, **{field: parse(written.strip())})
        except ValueError as error:
            raise Refused(f"annotation {name}: {error}") from None


def retry_after_s(status: int, headers: Mapping[bytes, bytes], now_s: float) -> float | None:
    """Return the wait that a reply asks for by Retry-After, in seconds or as a date; None if by none that counts.

    `headers` have lower-case names. https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    """
    written = headers.get(b"retry-after", b"").decode("latin-1").strip()
    if status not in (429, 503) or not written:
        return None
    if written.isascii() and written.isdigit():
        return float(written[:9])
    try:
        return max(0.0, parsedate_to_datetime(written).timestamp() - now_s)
    except (ValueError, OverflowError):
        return None


def _attempts(written: str) -> int:
    return max(1, _whole(written, 0, MAX_ATTEMPTS))


def _codes(written: str) -> frozenset[int]:
    return frozenset(_whole(code.strip(), 100, 599) for code in written.split(",") if code.strip())


def _wait_s(written: str) -> float:
    seconds = parse_duration_s(written)
    if seconds > MAX_WAIT_S:
        raise ValueError(f"{written[:80]!r} is more than {MAX_WAIT_S / 3600:g} h")
    return seconds


def _concurrency(written: str) -> int:
    return _whole(written, 1, MAX_CONCURRENCY)


def _whole(written: str, least: int, most: int) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 6 and least <= int(written) <= most):
        raise ValueError(f"{written[:80]!r} is no whole number from {least} to {most}")
    return int(written)


_FIELDS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    f"{_RETRY}attempts": ("attempts", _attempts),
    f"{_RETRY}codes": ("codes", _codes),
    f"{_RETRY}min_wait": ("min_wait_s", _wait_s),
    f"{_RETRY}max_wait": ("max_wait_s", _wait_s),
    CONCURRENCY: ("concurrency", _concurrency),
}
