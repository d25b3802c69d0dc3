"""The record of one call. Whatever wants to know of calls (metrics, idleness, later a history) gets it here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .router import Function


class Call(NamedTuple):
    """A call that ended: answered, failed or given up by its client."""

    function: Function
    call_id: str
    method: str
    status: int
    """What the client was answered; 499 if it left before it was."""
    duration_s: float
    replica: str
    """The replica's name; "" if it reached none."""
    was_cold: bool
    """Whether it had to wait for a replica to be started or woken."""


Record = Callable[[Call], None]
