"""How many calls may be open at a time, and how many bytes their bodies may have: waiting, running or called back."""

from __future__ import annotations

from collections import Counter

from ...stack.errors import GatewayError

RETRY_AFTER_S = 5


class QueueFull(GatewayError):
    """There is no room for another call."""

    status = 429


class QueueLimits:
    """Counts open calls. One function may have as many as there is room left for: there is always room for others."""

    def __init__(self, max_calls: int, max_bytes: int) -> None:
        self._max_calls = max_calls
        self._max_bytes = max_bytes
        self._calls = 0
        self._bytes = 0
        self._of_function: Counter[str] = Counter()

    def check(self, function: str, size: int) -> None:
        """Raise QueueFull if another call of that size has no room."""
        if self._calls + self._of_function[function] >= self._max_calls:
            raise QueueFull(
                f"{self._of_function[function]} asynchronous calls of {function} wait, and {self._calls} in all: that "
                f"is as many as the gateway takes (--async-max-queued {self._max_calls}, half of it for one function); "
                "try again later"
            )
        if self._bytes + size > self._max_bytes:
            raise QueueFull(
                f"the asynchronous calls that wait have {self._bytes} bytes: that is as many as the gateway keeps "
                f"(--async-max-disk, {self._max_bytes} bytes); try again later"
            )

    def enter(self, function: str, size: int) -> None:
        """Count one more, whether there is room for it or not."""
        self._calls += 1
        self._bytes += size
        self._of_function[function] += 1

    def leave(self, function: str, size: int) -> None:
        """Count one less."""
        self._calls -= 1
        self._bytes -= size
        self._of_function[function] -= 1
        if not self._of_function[function]:
            del self._of_function[function]
