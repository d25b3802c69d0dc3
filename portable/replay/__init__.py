"""A recorded call, replayed through any shim: a bug seen on one platform becomes a test on all. It never ships.

`check` and `replay` are for tests; `python -m portable replay` replays and records. docs/replay.md tells of both.
"""

from ..emulators.messages import Reply
from .errors import BadCall, ReplayError
from .replaying import check, replay

__all__ = ["BadCall", "ReplayError", "Reply", "check", "replay"]
