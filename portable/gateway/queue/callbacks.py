"""Posts what came of calls to their X-Callback-Url: at least once, tried again for some minutes."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from random import Random
from typing import NamedTuple
from urllib.parse import urlsplit

from ...stack.errors import Conflict, GatewayError, Refused
from ...stack.messages import FunctionName
from ...stack.retries import RetryPolicy
from .. import VERSION
from ..calls.invoke import invoke
from ..calls.lanes import Lanes
from ..calls.proxy import Proxy
from ..calls.pump import Clock, Pump, until_written
from ..http.headers import HOP_BY_HOP, Headers, header_lines, unpack, without
from ..http.post import CallbackUrl, Post
from .callback_url import OwnUrls, parse
from .models import Callback, CallbackState, Ticket
from .store import Store

POLICY = RetryPolicy(attempts=10, min_wait_s=1.0, max_wait_s=60.0)
MAX_RUNNING = 32
MAX_RUNNING_OF_HOST = 4
MAX_RESULT_BYTES = 64 * 1024
_DROPPED = HOP_BY_HOP.union(
    b"content-length expect host user-agent "
    b"x-call-id x-duration-seconds x-function-name x-function-status x-retry x-retry-max".split()
)
_log = logging.getLogger(__name__)

Accept = Callable[[bytes, Headers, bytes, str], Awaitable[None]]
"""Accepts an asynchronous call: target, headers, body and id. Raises GatewayError, Conflict for an id that is known."""


class Outcome(NamedTuple):
    """What came of one try."""

    status: int = 0
    error: str = ""
    is_final: bool = False


class Callbacks:
    """Posts callbacks; on the event loop alone."""

    def __init__(
        self,
        store: Store,
        proxy: Proxy,
        post: Post,
        own: OwnUrls,
        accept: Accept,
        *,
        clock: Clock,
        random: Random,
        ended: Callable[[Ticket], None],
    ) -> None:
        self._store = store
        self._proxy = proxy
        self._post = post
        self._own = own
        self._accept = accept
        self._clock = clock
        self._random = random
        self._ended = ended
        self._tickets: dict[int, Ticket] = {}
        self.pump = Pump(self._run, Lanes(lambda _: MAX_RUNNING_OF_HOST, MAX_RUNNING), clock, "callbacks")

    def add(self, ticket: Ticket, due_s: float) -> None:
        """Post what came of a call, when it is due."""
        self._tickets[ticket.seq] = ticket
        self.pump.add(urlsplit(ticket.callback_url).netloc, ticket.seq, due_s)

    async def _run(self, _netloc: str, seq: int) -> float | None:
        """Try once; return when it is to be tried again, None for never."""
        callback = await until_written(lambda: self._store.callback(seq), self._clock)
        if callback:
            outcome = await self._try(callback)
            due_s = self._next_s(callback.tries + 1, outcome)
            await self._note(callback, outcome, due_s)
            if due_s is not None:
                return due_s
        self._ended(self._tickets.pop(seq))
        return None

    def _next_s(self, tries: int, outcome: Outcome) -> float | None:
        if not outcome.error or outcome.is_final or tries >= POLICY.attempts:
            return None
        return self._clock.now() + POLICY.wait_s(tries, "equal", self._random)

    async def _note(self, callback: Callback, outcome: Outcome, due_s: float | None) -> None:
        state = CallbackState.WAITING
        if due_s is None:
            state = CallbackState.DEAD if outcome.error else CallbackState.DONE
        if state is CallbackState.DEAD:
            _log.warning("callback of call %s is given up: %s", callback.call_id, outcome.error)
        write = lambda: self._store.note_callback(  # noqa: E731
            callback.seq, state, due_s or 0.0, outcome.status, outcome.error
        )
        await until_written(write, self._clock)

    async def _try(self, callback: Callback) -> Outcome:
        try:
            url = parse(callback.url)
            headers = headers_of(callback)
            if self._own.has(url):
                status = await self._call_own(url, headers, callback)
            else:
                status = await self._post.send(url, b"".join(_lines(headers)), callback.body)
        except Refused as error:
            return Outcome(0, str(error), is_final=True)
        except GatewayError as error:
            return Outcome(0, str(error))
        return Outcome(status, "" if 200 <= status < 300 else f"the receiver answered {status}")

    async def _call_own(self, url: CallbackUrl, headers: Headers, callback: Callback) -> int:
        """Call a function of this gateway as its own caller; return its status. Raises GatewayError."""
        target = url.target.encode()
        lower = [(name.lower(), value) for name, value in headers]
        function, path = self._proxy.resolve(target)
        if target.startswith(b"/function/"):
            ran = await invoke(self._proxy, function, path, lower, callback.body, MAX_RESULT_BYTES)
            return ran.reply.status
        with suppress(Conflict):  # an earlier try was accepted, and not written down
            await self._accept(target, lower, callback.body, _id(callback))
        return 202


def _id(callback: Callback) -> str:
    """Return the id of the call that a callback makes here: another one after each replay, which is posted again."""
    return f"{callback.call_id[-100:]}.callback" + (f"-{callback.replays}" if callback.replays else "")


def _lines(headers: Headers) -> Iterator[bytes]:
    """Yield the lines of headers, but for one that would break out of its line."""
    for pair in headers:
        with suppress(ValueError):
            yield from header_lines([pair])


def headers_of(callback: Callback) -> Headers:
    """Return what a callback is posted with: the reply's own headers, and what became of the call."""
    status = b"%d" % callback.status
    kept = without(unpack(callback.lines), _DROPPED)
    return [
        *kept,
        (b"User-Agent", f"portable-gateway/{VERSION} callback".encode()),
        (b"X-Call-Id", callback.call_id.encode()),
        (b"X-Duration-Seconds", b"%f" % callback.duration_s),
        (b"X-Function-Status", status),
        (b"X-Function-Name", FunctionName.parse(callback.function).name.encode()),
        (b"X-Retry", b"%d" % callback.retries),
        (b"X-Retry-Max", b"%d" % callback.max_attempts),
    ]
