"""What is kept of an asynchronous call: its request, its reply, its state, its callback."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from ..calls.stored_exchange import Reply
from ..http.headers import Headers

CALL_ID = re.compile(r"[-A-Za-z0-9._~]{1,128}")
"""What may be an id: it goes into a path as it is."""


class State(StrEnum):
    """Where a call is."""

    WAITING = "waiting"
    """Accepted, or to be tried again: it runs when its time has come."""
    RUNNING = "running"
    """A replica has it. If the gateway is killed meanwhile, it waits again."""
    DONE = "done"
    """Answered, with whatever status does not ask for another attempt. It never runs again by itself."""
    DEAD = "dead"
    """A dead letter: given up, after its last attempt or because its function is gone."""
    CANCELLED = "cancelled"


ENDED = (State.DONE, State.DEAD, State.CANCELLED)


class CallbackState(StrEnum):
    """Where a call's callback is."""

    WAITING = "waiting"
    """To be posted once the call has ended, or again."""
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"


class NewCall(NamedTuple):
    """A call to be kept."""

    id: str
    function: str
    """`name.namespace`."""
    target: bytes
    """Path and query, as the function is to see them."""
    lines: bytes
    """Its headers, packed."""
    body: bytes
    callback_url: str
    """"" for none."""
    accepted_s: float


class Ticket(NamedTuple):
    """What the queue knows of a call that is open."""

    seq: int
    """The number of its row."""
    id: str
    function: str
    due_s: float
    size: int
    """Bytes of its request's body."""
    callback_url: str


class Attempt(NamedTuple):
    """A call that is to run now."""

    seq: int
    id: str
    target: bytes
    headers: Headers
    body: bytes
    attempts: int
    """With this one."""
    redeliveries: int
    """How many of them ended with the gateway."""


class Ending(NamedTuple):
    """How an attempt ended, as it is written down."""

    reply: Reply | None
    max_attempts: int
    duration_s: float
    replica: str
    error: str


class Callback(NamedTuple):
    """A callback that is to be posted."""

    seq: int
    call_id: str
    function: str
    url: str
    tries: int
    """Those before this one."""
    status: int
    """Of the function's reply; 503 if there was none."""
    lines: bytes
    """The reply's headers, packed."""
    body: bytes
    """Empty if the reply was not the function's own."""
    duration_s: float
    retries: int
    max_attempts: int
    replays: int
    """How often the call was replayed before."""
