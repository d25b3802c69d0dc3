"""Counts the opcodes of our own code: of what ships, of the tool and of the function, and of nothing else."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from tests.sample import FUNCTION_DIR

ROOT = Path(__file__).parents[2]
_OURS = tuple(f"{folder}/" for folder in (ROOT / "platforms", ROOT / "portable", FUNCTION_DIR))
WARM, MEASURED = 20, 30


class Opcodes:
    """How many there were until now."""

    count = 0


if sys.version_info >= (3, 12):

    @contextmanager
    def counting() -> Iterator[Opcodes]:
        """Count inside the block, in every thread."""
        opcodes = Opcodes()
        monitoring, tool, instruction = sys.monitoring, sys.monitoring.PROFILER_ID, sys.monitoring.events.INSTRUCTION

        def count(code: CodeType, offset: int) -> Any:
            if not code.co_filename.startswith(_OURS):
                return monitoring.DISABLE
            opcodes.count += 1
            return None

        monitoring.use_tool_id(tool, "opcodes")
        monitoring.register_callback(tool, instruction, count)
        monitoring.set_events(tool, instruction)
        try:
            yield opcodes
        finally:
            monitoring.set_events(tool, 0)
            monitoring.free_tool_id(tool)

else:

    @contextmanager
    def counting() -> Iterator[Opcodes]:
        """Count inside the block, in this thread and in those that it starts."""
        opcodes = Opcodes()

        def enter(frame: FrameType, event: str, arg: Any) -> Callable[..., Any] | None:
            if not frame.f_code.co_filename.startswith(_OURS):
                return None
            frame.f_trace_lines = False
            frame.f_trace_opcodes = True
            return count

        def count(frame: FrameType, event: str, arg: Any) -> Callable[..., Any]:
            opcodes.count += event == "opcode"
            return count

        threading.settrace(enter)
        sys.settrace(enter)
        try:
            yield opcodes
        finally:
            sys.settrace(None)
            threading.settrace(None)


def usual(counts: list[int]) -> int:
    """Return the count of most requests: one in which something else came due, such as a timer, is no measure."""
    [(count, _)] = Counter(counts[WARM:]).most_common(1)
    return count


def of_each(request: Callable[[], object]) -> int:
    """Return the opcodes of a request that is answered in this thread."""
    counts = []
    with counting() as opcodes:
        for _ in range(WARM + MEASURED):
            before = opcodes.count
            request()
            counts.append(opcodes.count - before)
    return usual(counts)
