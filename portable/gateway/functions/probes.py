"""The probes that ask replicas whether they are ready and alive. They change no replica."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from ...stack.scaling import Probe
from ..providers.base import Replica, ReplicaState
from .state import Endpoint, Function

Ask = Callable[[str, int, str, float], Awaitable[int]]
"""Return the status of a GET, given host, port, path and a limit in seconds. Raises OSError or ValueError."""

FIRST_PAUSE_S = 0.01
LONGEST_PAUSE_S = 0.25
REFRESH_EVERY_S = 1.0
PATIENCE_WITH_THE_LAST = 3
"""Times the threshold: so many probes may go unanswered in a row by the only replica that serves."""


class Answer(NamedTuple):
    """What a probe found."""

    why: str
    """Why it failed, "" if it did not."""

    is_late: bool = False
    """Whether it failed for no answer within its time."""


class Verdict(NamedTuple):
    """What came of watching a replica."""

    why: str
    """Why it may not go on, "" if it is not served by any more."""

    is_dead: bool = False
    """Whether to restart it; if not, it only asks for no requests at the moment."""


class NotReady(Exception):
    """A replica will not get ready; the text says why, and continues its name."""


class Prober:
    """Asks replicas, over HTTP."""

    def __init__(self, ask: Ask, upstream_timeout_s: float) -> None:
        self._ask = ask
        self._upstream_timeout_s = upstream_timeout_s

    async def probe(self, replica: Replica, probe: Probe) -> Answer:
        """Ask once; a status from 200 to 399 is a yes."""
        try:
            async with asyncio.timeout(probe.timeout_s):
                status = await self._ask(replica.host, replica.port, probe.path, probe.timeout_s)
        except TimeoutError:
            return Answer(f"GET {probe.path} was not answered within {probe.timeout_s:g} s", is_late=True)
        except (OSError, ValueError) as error:
            return Answer(f"GET {probe.path} failed: {error}")
        return Answer("" if 200 <= status < 400 else f"GET {probe.path} was answered {status}, not 200")

    async def until_ready(
        self, probe: Probe, current: Callable[[], Replica | None], refresh: Callable[[], None], timeout_s: float
    ) -> Replica:
        """Return the replica once it is ready. Raises NotReady if it ended, or is not within `timeout_s`.

        `current` returns it as it was last seen, None if it is gone; `refresh` asks the provider for it again.
        """
        begun_s = refreshed_s = time.monotonic()
        pause_s = FIRST_PAUSE_S
        answer = Answer("it was not asked yet")
        while True:
            replica = current()
            if replica is None:
                raise NotReady("is gone: somebody else has removed it")
            if replica.state is not ReplicaState.RUNNING:
                raise NotReady(f"ended: {replica.ended}" if replica.ended else f"is {replica.state.value}")
            now_s = time.monotonic()
            if now_s - begun_s >= probe.initial_delay_s:
                answer = await self.probe(replica, probe)
                if not answer.why and current() is replica:
                    return replica
            if now_s - begun_s > timeout_s + probe.initial_delay_s:
                raise NotReady(f"was not ready within {timeout_s:g} s: {answer.why}{_hint(answer)}")
            if now_s - refreshed_s > REFRESH_EVERY_S:
                refreshed_s = now_s
                refresh()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)

    async def watch(self, function: Function, endpoint: Endpoint) -> Verdict:
        """Return when a replica that serves is dead, asks for no requests, or does not serve any more."""
        failures = refusals = 0
        while True:
            health, ready = function.health_probe, function.ready_probe
            await asyncio.sleep(health.period_s)
            if endpoint not in function.endpoints:
                return Verdict("")
            answer = await self.probe(endpoint.replica, health)
            if endpoint not in function.endpoints:
                return Verdict("")
            failures = failures + 1 if answer.why and not self._is_excused(answer, endpoint) else 0
            if failures >= health.failure_threshold * self._patience(function, answer):
                return Verdict(f"does not live: {answer.why}, {failures} times in a row", is_dead=True)
            if answer.why or ready.path == health.path:
                continue
            answer = await self.probe(endpoint.replica, ready)
            refusals = refusals + 1 if answer.why and not answer.is_late else 0
            if refusals >= ready.failure_threshold and endpoint in function.endpoints:
                return Verdict(f"is not ready: {answer.why}")

    def _is_excused(self, answer: Answer, endpoint: Endpoint) -> bool:
        """Whether it is late because it works: requests are in it, and one of them ended lately, or still may."""
        idle_s = time.monotonic() - endpoint.progress_s
        return answer.is_late and endpoint.in_flight > 0 and idle_s < self._upstream_timeout_s

    def _patience(self, function: Function, answer: Answer) -> int:
        """Return how many times longer to wait for the only replica: on a slow machine every probe is late."""
        return PATIENCE_WITH_THE_LAST if answer.is_late and len(function.endpoints) == 1 else 1


def _hint(answer: Answer) -> str:
    if answer.why.endswith("not 200"):
        return "; the annotations com.openfaas.ready.http.path and com.openfaas.health.http.path name other paths"
    return ""
