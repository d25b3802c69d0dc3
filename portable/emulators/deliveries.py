"""Deliver events that are not HTTP requests: which platform sends which kind, and how its shim receives it.

A CloudEvent goes anywhere: over HTTP, or as the trigger's object where the platform has one for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from platforms.invoke import InvocationFailed

from .cloud_events import to_request
from .errors import Undeliverable
from .messages import Reply
from .registry import runner, sender

if TYPE_CHECKING:
    from platforms.loading import Handler

PAYLOAD = "payload"
"""The kind of what has no known shape: a direct invocation of Lambda, the parameters of OpenWhisk's trigger."""

_CLOUDEVENT = "cloudevent"
_SENT_BY: Mapping[str, tuple[str, ...]] = {
    "timer": ("azure_functions",),
    "event grid": ("azure_functions",),
    PAYLOAD: ("aws_lambda", "openwhisk"),
}
_AWS = ("aws_lambda",)  # what all other kinds come from
_OF_A_TRIGGER = ("google_cloud", "azure_functions")


def kind_of(native: Any) -> str:
    """Return the kind of an event by its shape, such as sqs; PAYLOAD if it has none that is known."""
    if not isinstance(native, dict):
        return PAYLOAD
    records = native.get("Records")
    if isinstance(records, list) and records and isinstance(records[0], dict):
        source = records[0].get("eventSource") or records[0].get("EventSource")
        return str(source).removeprefix("aws:") if source else PAYLOAD
    if native.keys() >= {"detail-type", "source", "detail"}:
        return "eventbridge"
    if "specversion" in native:
        return _CLOUDEVENT
    if "IsPastDue" in native:
        return "timer"
    return "event grid" if native.keys() >= {"eventType", "topic", "dataVersion"} else PAYLOAD


def deliver(emulator: str, native: Any, handler: Handler, environ: Mapping[str, str]) -> Any:
    """Give an event to the shim as its platform sends it; return the result that the platform is given.

    What the handler raises goes on as its platform would see it, and over HTTP an answer from 400 on is
    InvocationFailed. Raises Undeliverable if the platform sends no event of the kind.
    """
    kind, platform = kind_of(native), emulator.partition(":")[0]
    if kind == _CLOUDEVENT and platform not in _OF_A_TRIGGER:
        return _result(sender(emulator, handler, environ)(to_request(native)).reply)
    senders = _OF_A_TRIGGER if kind == _CLOUDEVENT else _SENT_BY.get(kind, _AWS)
    if platform not in senders:
        raise Undeliverable(f"an event of {kind} comes from {' and '.join(senders)} alone, not from {platform}")
    # as it would come over the wire
    return json.loads(json.dumps(runner(platform, handler, environ)(native)))


def _result(reply: Reply) -> Any:
    """Return what the sender of an event over HTTP is told: the reply's JSON, else its text."""
    text = reply.body.decode(errors="replace")
    if reply.status >= 400:
        raise InvocationFailed(f"the handler answered {reply.status}: {text}")
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
