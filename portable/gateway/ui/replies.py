"""A function's reply as a page shows it: as text and never as what it says it is."""

from __future__ import annotations

from typing import NamedTuple

from ..calls.invoke import Ran
from ..calls.stored_exchange import Reply
from ..http.headers import unpack

SHOWN_CHARACTERS = 64 * 1024
_DUMPED = 512


class Body(NamedTuple):
    """A body, as much of it as is shown."""

    text: str
    note: str
    """What the text is not; "" if it is the whole body."""


class ReplyView(NamedTuple):
    """What came of an invocation."""

    status: int
    error: str
    duration_s: float
    replica: str
    headers: list[tuple[str, str]]
    body: Body
    call_id: str


def reply_of(ran: Ran) -> ReplyView:
    """Return what a page shows of an invocation."""
    reply = ran.reply
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in unpack(reply.lines)]
    call_id = next((value for name, value in headers if name.lower() == "x-call-id"), "")
    return ReplyView(reply.status, reply.error, ran.duration_s, ran.replica, headers, _body_of(reply), call_id)


def shown(body: bytes) -> Body:
    """Return a body as text; as hexadecimal numbers if it is none."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return Body(body[:_DUMPED].hex(" ", 2), f"{len(body)} bytes that are no text; here are the first {_DUMPED}")
    if len(text) > SHOWN_CHARACTERS:
        return Body(text[:SHOWN_CHARACTERS], f"the first {SHOWN_CHARACTERS} of {len(text)} characters")
    return Body(text, "")


def _body_of(reply: Reply) -> Body:
    if reply.body is None:
        return Body("", f"{reply.size} bytes, too many for a page: use curl")
    return shown(reply.body)
