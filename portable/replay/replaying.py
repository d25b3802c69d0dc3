"""Replaying: calls to results, and the two functions for tests. Whatever a platform makes of a call is a result."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..emulators.errors import Broken, Malformed, Refused, Unavailable
from ..emulators.function import loaded
from ..emulators.messages import Answer, Reply, Send
from ..emulators.registry import emulators, runner, sender
from . import comparison
from .call_file import HttpCall, NativeCall, read
from .errors import ReplayError

if TYPE_CHECKING:
    from platforms.loading import Handler

log = logging.getLogger(__name__)
# the platform names its own host, and counts the body itself
_NOT_SENT = ("host", "content-length")


@dataclass(frozen=True)
class Result:
    """What came of one call on one platform: a reply or (of a native event) a result, or neither and `note` says why.

    `differences` is None where nothing is expected.
    """

    emulator: str
    reply: Reply | None = None
    result: Any = None
    note: str = ""
    differences: Sequence[str] | None = None
    failed: bool = False

    @property
    def is_good(self) -> bool:
        """Whether it is what is expected; where nothing is, whether it is an answer below 500."""
        if self.differences is not None:
            return not self.differences
        return not self.failed and (self.reply is None or self.reply.status < 500)


def check(path: str | Path, *, platforms: str | Iterable[str] = "all", function: str = "function") -> None:
    """Replay a recorded call and raise AssertionError if a platform's answer is not the one that its file expects.

    `platforms` are names as `--platform` takes them, `function` is the folder of the handler. Raises ReplayError if the
    file is no recorded call, or has nothing that is expected.
    """
    call = read(path)
    if not call.expected:
        raise ReplayError(f"{path} has no `expected`: there is nothing to check")
    names = [platforms] if isinstance(platforms, str) else platforms
    results = replay_call(call, names, function)
    differing = [f"{one.emulator}: {line}" for one in results for line in one.differences or ()]
    if differing:
        raise AssertionError("\n  ".join([f"{path} is answered otherwise than recorded", *differing]))


def replay(path: str | Path, platform: str, *, function: str = "function") -> Reply:
    """Replay a recorded request on one platform and return its reply, for a test to look at.

    Raises ReplayError if the file is no recorded request, or the platform gives no reply.
    """
    call = read(path)
    if isinstance(call, NativeCall):
        raise ReplayError(f"{path} is a native event, which has no reply: `check` compares its result")
    result, *others = replay_call(replace(call, expected=None), [platform], function)
    if others:
        raise ReplayError(f"{platform!r} names {len(others) + 1} platforms: `replay` takes one")
    if result.reply is None:
        raise ReplayError(f"{path} on {result.emulator}: {result.note}")
    return result.reply


def replay_call(call: HttpCall | NativeCall, names: Iterable[str], function: str = "function") -> list[Result]:
    """Replay a call on every platform that is named, with the handler of a folder. Raises ReplayError, HandlerError."""
    try:
        return _replay(call, emulators(names), function)
    except Unavailable as error:
        raise ReplayError(str(error)) from None


def _replay(call: HttpCall | NativeCall, found: Sequence[str], function: str) -> list[Result]:
    if isinstance(call, NativeCall) and not any(one.partition(":")[0] == call.platform for one in found):
        raise ReplayError(f"a native event of {call.platform} is replayed there alone: name it with --platform, or all")
    with loaded(function) as handler:
        if isinstance(call, NativeCall):
            return [_run(call, handler)]
        senders = {one: sender(one, handler, os.environ) for one in found}
        return [_send(call, one, send) for one, send in senders.items()]


def _send(call: HttpCall, emulator: str, send: Send) -> Result:
    kept = tuple(pair for pair in call.request.headers if pair[0].lower() not in _NOT_SENT)
    try:
        answer = send(replace(call.request, headers=kept))
    except Refused as refused:
        reply = Reply(refused.status, [], b"")
        answer = Answer(reply, f"the platform itself answers, no function is called: {refused}")
    except Malformed as error:
        return _failed(call, emulator, f"the platform cannot send the shim's answer: {error}")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - one of the edges: what a platform would report
        return _failed(call, emulator, _told(error))
    differences = None if call.expected is None else comparison.differences(call.expected, answer.reply)
    return Result(emulator, answer.reply, note=answer.note, differences=differences)


def _run(call: NativeCall, handler: Handler) -> Result:
    run = runner(call.platform, handler, os.environ)
    try:
        # as it would come over the wire
        result = json.loads(json.dumps(run(call.native)))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - one of the edges: what a platform would report
        return _failed(call, call.platform, _told(error))
    if not call.expected:
        return Result(call.platform, result=result)
    wanted = call.expected["result"]
    differences = [] if result == wanted else [f"result: expected {json.dumps(wanted)}, got {json.dumps(result)}"]
    return Result(call.platform, result=result, differences=differences)


def _failed(call: HttpCall | NativeCall, emulator: str, note: str) -> Result:
    return Result(emulator, note=note, differences=[note] if call.expected else None, failed=True)


def _told(error: BaseException) -> str:
    """Log an error with its traceback, and return it in a line."""
    if isinstance(error, Broken):
        return str(error)  # it was logged where it happened
    log.error("the call failed", exc_info=error)
    if isinstance(error, SystemExit):
        return f"the handler exits with {error.code!r}, and ends its process"
    return f"{type(error).__name__}: {error}"
