"""What containers use."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from docker.errors import APIError

from ....stack.messages import Usage
from .engine import Engine
from .spec import time_ns

_MOST_KEPT = 1000


class _Sample(NamedTuple):
    time_ns: int
    cpu_ns: int
    memory_bytes: int = 0


class Usages:
    """Measures containers: one sample each time, compared with the last one, or with the container's start.

    The engine answers at once, or within the second if it was asked in the last one; two samples would take two.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last: dict[str, _Sample] = {}

    def measure(self, container_ids: Sequence[str]) -> Usage:
        """Return what containers use together; those that end meanwhile count for nothing."""
        if not container_ids:
            return Usage()
        with ThreadPoolExecutor(len(container_ids)) as pool:
            used = list(pool.map(self._one, container_ids))
        while len(self._last) > _MOST_KEPT:
            del self._last[next(iter(self._last))]
        return Usage(sum(one.cpu_millicores for one in used), sum(one.memory_bytes for one in used))

    def _one(self, container_id: str) -> Usage:
        try:
            now = self._sample(container_id)
            last = self._last.pop(container_id, None)
            if not last or last.cpu_ns > now.cpu_ns or last.time_ns >= now.time_ns:  # new, or started again
                started = self._engine.api.inspect_container(container_id)["State"]["StartedAt"]
                last = _Sample(time_ns(started), 0)
        except (APIError, KeyError, ValueError):  # the engine's answer about one that is being removed may be empty
            return Usage()
        self._last[container_id] = now
        elapsed_ns = max(now.time_ns - last.time_ns, 1)
        return Usage((now.cpu_ns - last.cpu_ns) * 1000 / elapsed_ns, float(now.memory_bytes))

    def _sample(self, container_id: str) -> _Sample:
        """Return a sample. Raises KeyError for a container without a process."""
        stats = self._engine.api.stats(container_id, stream=False, one_shot=True)
        memory = stats["memory_stats"]
        # what is only cached is given back when it is needed; the names are those of cgroup 1 and 2
        cached = memory["stats"].get("total_inactive_file", memory["stats"].get("inactive_file", 0))
        return _Sample(time_ns(stats["read"]), stats["cpu_stats"]["cpu_usage"]["total_usage"], memory["usage"] - cached)
