"""A call that went by, as the file that it is kept in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from platforms.encoding import HOP_BY_HOP

from ..emulators.messages import Pairs, Reply, Request
from .call_file import Expected, HttpCall, written
from .left_out import headers_without_secrets, request_without_secrets

# what each hop makes anew
_NOT_SENT = {*HOP_BY_HOP, "host", "content-length", "expect"}
# what servers and gateways add to what the function answers
_NOT_ANSWERED = {*HOP_BY_HOP, *("content-length", "date", "server", "via", "alt-svc")}
_NOT_ANSWERED |= {"x-call-id", "x-start-time", "x-served-by", "x-duration-seconds"}
_OF_AWS = ("x-amzn-", "x-amz-cf-")


class Seen(NamedTuple):
    """A call that went by: when (UTC), for how long, where to, and the platform there if it is told."""

    request: Request
    reply: Reply
    time: datetime
    duration_ms: float
    upstream: str
    platform: str = ""

    @property
    def call_id(self) -> str:
        """Return the id that the call has in the logs, or a new one."""
        sent = {name.lower(): value for name, value in self.request.headers}
        return self.reply.header("x-call-id") or sent.get("x-call-id") or sent.get("x-request-id") or uuid4().hex


def to_call(seen: Seen, call_id: str, *, keep_secrets: bool) -> HttpCall:
    """Return a call as it is kept: what a hop adds is gone, and what is secret, which the file then says."""
    kept = (pair for pair in seen.request.headers if pair[0].lower() not in _NOT_SENT)
    request = replace(seen.request, headers=tuple(kept))
    headers = _answered(seen.reply)
    left_out: list[str] = []
    if not keep_secrets:
        request, names = request_without_secrets(request)
        headers, names_in_reply = headers_without_secrets(headers)
        left_out = [*(f"request {name}" for name in names), *(f"expected {name}" for name in names_in_reply)]
    recorded: Mapping[str, Any] = {
        "callId": call_id,
        "time": seen.time.isoformat(timespec="milliseconds"),
        **({"platform": seen.platform} if seen.platform else {}),
        "upstream": seen.upstream,
        "durationMs": round(seen.duration_ms, 1),
        "leftOut": left_out,
    }
    return HttpCall(request, Expected(seen.reply.status, headers, seen.reply.body), recorded)


def keep(seen: Seen, folder: Path, *, keep_secrets: bool) -> Path:
    """Write a call into a folder, readable by its owner alone, and return the file. Raises OSError."""
    call_id = seen.call_id
    text = written(to_call(seen, call_id, keep_secrets=keep_secrets))
    time = f"{seen.time:%Y%m%dT%H%M%S}.{seen.time.microsecond // 1000:03}Z"
    name = f"{time}-{re.sub('[^A-Za-z0-9._-]', '_', call_id)[:80]}"
    path = folder / f"{name}.json"
    if path.exists():
        path = folder / f"{name}-{uuid4().hex}.json"
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, encoding="utf-8")
    return path


def _answered(reply: Reply) -> Pairs:
    # of an empty body no two platforms tell the same type
    dropped = _NOT_ANSWERED if reply.body else _NOT_ANSWERED | {"content-type"}
    return tuple((name, value) for name, value in reply.headers if name not in dropped and not name.startswith(_OF_AWS))
