"""Runs calls when they are due, and decides what becomes of each attempt."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from random import Random
from typing import NamedTuple

from ...stack.errors import GatewayError
from ...stack.messages import FunctionDeployment, FunctionName
from ...stack.retries import RetryPolicy, retry_after_s
from .. import VERSION
from ..calls.invoke import Ran, invoke
from ..calls.lanes import Lanes
from ..calls.proxy import Proxy
from ..calls.pump import Clock, Pump, until_written
from ..calls.stored_exchange import Reply
from ..functions.state import Endpoint, Function, Wake
from ..http.headers import Headers, unpack, without
from .models import Attempt, Ending, State, Ticket
from .store import Store

MAX_RUNNING = 256
"""Of all functions together: each holds a request and a result in memory."""
MAX_REDELIVERIES = 10
"""A call that ran each time when the gateway was killed may be why."""
GONE_GRACE_S = 60.0
"""`faas-cli deploy --replace` removes a function before it makes it anew."""
_USER_AGENT = f"portable-gateway/{VERSION} async".encode()
GONE_POLL_S = 1.0
_log = logging.getLogger(__name__)

Ended = Callable[[Ticket, bool], None]
"""Told of a call that will not run any more, and whether it came to an end, or was cancelled."""


class RunSettings(NamedTuple):
    """How the calls of every function are run."""

    concurrency: int
    max_result_bytes: int
    backoff: str


class Dispatcher:
    """Runs calls; on the event loop alone."""

    def __init__(
        self, store: Store, proxy: Proxy, settings: RunSettings, *, clock: Clock, random: Random, ended: Ended
    ) -> None:
        self._store = store
        self._proxy = proxy
        self._settings = settings
        self._clock = clock
        self._random = random
        self._ended = ended
        self._tickets: dict[int, Ticket] = {}
        self._gone_since_s: dict[str, float] = {}
        self._policies: dict[str, tuple[FunctionDeployment, RetryPolicy]] = {}
        self.pump = Pump(self._run, Lanes(self._concurrency, MAX_RUNNING), clock, "asynchronous calls")

    def add(self, ticket: Ticket) -> None:
        """Run a call when it is due."""
        self._tickets[ticket.seq] = ticket
        self.pump.add(ticket.function, ticket.seq, ticket.due_s)

    def discard(self, seq: int) -> None:
        """Forget a call that was cancelled; break it off if it runs."""
        self.pump.discard(seq)
        self._forget(seq, has_ended=False)

    async def _run(self, label: str, seq: int) -> float | None:
        """Run a call once; return when it is to run again, None for never."""
        function = self._find(label)
        if not function:
            return await self._wait_for_function(label, seq)
        wake = await self._woken(function)
        attempt = await until_written(lambda: self._store.begin(seq, self._clock.now()), self._clock)
        if not attempt:
            return None
        policy = self._policy(function)
        if attempt.redeliveries >= MAX_REDELIVERIES:
            why = f"the gateway ended {attempt.redeliveries} times while it ran: it may be the cause"
            await self._end(attempt, State.DEAD, Ending(None, policy.attempts, 0.0, "", why))
            return None
        ran = await invoke(
            self._proxy,
            function,
            attempt.target,
            _headers_of(attempt),
            attempt.body,
            self._settings.max_result_bytes,
            wake=wake,
        )
        return await self._decide(attempt, policy, ran)

    async def _woken(self, function: Function) -> Wake:
        """Wait for a replica: a call has not begun, and cannot have killed the gateway, while there is none.

        Return what wakes the function from then on: if it could not be woken, the attempt fails by just that.
        """
        wake = self._proxy.wake
        if not function.endpoints:
            try:
                await wake(function)
            except GatewayError as error:
                return partial(_fail, error)
        return wake

    async def _decide(self, attempt: Attempt, policy: RetryPolicy, ran: Ran) -> float | None:
        """Write down what came of an attempt; return when the next is due, None if there is none."""
        reply, tries = ran.reply, attempt.attempts - attempt.redeliveries
        ending = Ending(reply, policy.attempts, ran.duration_s, ran.replica, reply.error)
        if not reply.error and reply.status not in policy.codes:
            await self._end(attempt, State.DONE, ending)
            return None
        why = reply.error or f"it answered {reply.status}"
        if tries >= policy.attempts:
            ending = ending._replace(error=f"given up after {tries} of {policy.attempts} attempts: {why}")
            await self._end(attempt, State.DEAD, ending)
            return None
        now_s = self._clock.now()
        due_s = now_s + policy.wait_s(tries, self._settings.backoff, self._random, _asked_wait_s(reply, now_s))
        ending = ending._replace(error=why)
        waits = await until_written(lambda: self._store.retry(attempt.seq, due_s, ending), self._clock)
        return due_s if waits else None

    async def _end(self, attempt: Attempt, state: State, ending: Ending) -> None:
        """Write down that a call ended, and how."""
        if state is State.DEAD:
            _log.warning("call %s is a dead letter: %s", attempt.id, ending.error)
        now_s = self._clock.now()
        has_ended = await until_written(lambda: self._store.end(attempt.seq, state, now_s, ending), self._clock)
        self._forget(attempt.seq, has_ended=has_ended)

    async def _wait_for_function(self, label: str, seq: int) -> float | None:
        """Give a function that is not there a while to come back; then all of its calls are dead letters."""
        now_s = self._clock.now()
        since_s = self._gone_since_s.setdefault(label, now_s)
        if now_s - since_s < GONE_GRACE_S:
            self.pump.lanes.hold(label, now_s + GONE_POLL_S)
            return self._tickets[seq].due_s
        seqs = [seq, *self.pump.lanes.drain(label)]
        why = f"error finding function {label}: it is not deployed, and was not for {GONE_GRACE_S:g} s"
        _log.warning("%d asynchronous calls are dead letters: %s", len(seqs), why)
        await until_written(lambda: self._store.bury(seqs, now_s, why), self._clock)
        self._gone_since_s.pop(label, None)
        self._policies.pop(label, None)
        for one in seqs:
            self._forget(one, has_ended=True)
        return None

    def _forget(self, seq: int, *, has_ended: bool) -> None:
        if ticket := self._tickets.pop(seq, None):
            self._ended(ticket, has_ended)

    def _find(self, label: str) -> Function | None:
        function = self._proxy.router.functions.get(FunctionName.parse(label))
        if function:
            self._gone_since_s.pop(label, None)
        return function

    def _policy(self, function: Function) -> RetryPolicy:
        deployment = function.deployment
        known = self._policies.get(function.label)
        if known and known[0] is deployment:
            return known[1]
        policy = RetryPolicy.for_calls(deployment.annotations, function.label)
        self._policies[function.label] = (deployment, policy)
        return policy

    def _concurrency(self, label: str) -> int:
        """Return how many calls of a function may run: no more than its replicas take without a 429."""
        function = self._find(label)
        if not function:
            return 1
        wanted = self._policy(function).concurrency or self._settings.concurrency
        taken = function.deployment.env_vars.get("max_inflight", "")
        if taken.isascii() and taken.isdigit() and 0 < int(taken[:6]) < wanted:
            return min(wanted, int(taken) * max(1, len(function.endpoints)))
        return wanted


def _headers_of(attempt: Attempt) -> Headers:
    own = [(b"user-agent", _USER_AGENT), (b"x-call-id", attempt.id.encode())]
    return [*without(attempt.headers, (b"user-agent", b"x-call-id")), *own]


async def _fail(error: GatewayError, _: Function) -> Endpoint:
    raise error


def _asked_wait_s(reply: Reply, now_s: float) -> float | None:
    if reply.status not in (429, 503):
        return None
    return retry_after_s(reply.status, {name.lower(): value for name, value in unpack(reply.lines)}, now_s)
