"""A recorded call, replayed through any shim: a bug seen on one platform becomes a test on all. It never ships.

`check` and `replay` are for tests; `portable replay` and `portable record` are the commands.
docs/replay.md tells of all of them.
"""

from ..emulators.messages import Reply
from .errors import BadCall, ReplayError
from .replaying import check, replay

__all__ = ["BadCall", "ReplayError", "Reply", "check", "replay"]
