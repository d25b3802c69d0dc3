"""What processes use, from Linux's /proc; nothing on other systems."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from ....stack.messages import Usage

_SAMPLE_S = 0.25


def usage_of(pids: Sequence[int]) -> Usage:
    """Return what the processes use together, cpu over the next quarter of a second; ended ones count for nothing."""
    if not pids or not Path("/proc/self/stat").exists():
        return Usage()
    before = [_sample(pid) for pid in pids]
    started_s = time.monotonic()
    time.sleep(_SAMPLE_S)
    after = [_sample(pid) for pid in pids]
    elapsed_s = time.monotonic() - started_s
    cpu_s = sum(max(0.0, late[0] - early[0]) for early, late in zip(before, after, strict=True))
    return Usage(cpu_millicores=1000 * cpu_s / elapsed_s, memory_bytes=float(sum(memory for _, memory in after)))


def _sample(pid: int) -> tuple[float, int]:
    """Return seconds of cpu and bytes of memory; https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0.0, 0
    fields = stat.rpartition(")")[2].split()  # from the third on: the second, its name, may have spaces in it
    ticks = int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK"), int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
