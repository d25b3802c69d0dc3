"""What the provider does when a process ends while something else is under way."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from portable.gateway.providers.base import ReplicaState
from portable.stack.errors import Unavailable

from .processes import PID, call, providing, start, until


class LockWithEvent:
    """A lock, before whose second use by this thread something happens."""

    def __init__(self, happen: Callable[[], object]) -> None:
        self._lock = threading.Lock()
        self._thread = threading.get_ident()
        self._uses = 0
        self._happen = happen

    def __enter__(self) -> None:
        if threading.get_ident() == self._thread:
            self._uses += 1
            if self._uses == 2:
                self._happen()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_process_that_ends_while_it_is_woken_is_unavailable_and_no_environment_is_made_meanwhile(
    tmp_path: Path,
) -> None:
    with providing(tmp_path, PID) as provider:
        replica = start(provider)
        pid = int(call(replica))

        def end() -> None:
            os.kill(pid, signal.SIGKILL)
            until(lambda: provider.replicas()[0].state is ReplicaState.STOPPED, "end")

        provider._lock = LockWithEvent(end)  # type: ignore[assignment]
        with pytest.raises(Unavailable, match="fn-1 ended while it was to be woken"):
            provider.set_state(replica, ReplicaState.RUNNING)
