"""The provider as the event loop sees it: its methods run in threads, and what they did is known at once.

It makes and ends single replicas as it is told; how many there are to be is decided elsewhere.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from ...stack.errors import GatewayError
from ...stack.messages import FunctionDeployment, LogQuery
from ..config import Config
from ..providers.base import Provider, Replica, ReplicaState
from .state import Endpoint, Function

log = logging.getLogger(__name__)
T = TypeVar("T")
MAX_THREADS = 64  # most of them wait: for an engine, for an image, for a replica to end
MAX_REMEMBERED = 1000
LAST_LINES = 10
STOP_GRACE_S = 10.0
"""A replica with nothing in flight may take so long to stop; requests may be waiting to start it again."""


class Replicas:
    """Makes, changes and removes replicas through a provider."""

    def __init__(self, provider: Provider, config: Config) -> None:
        self.provider = provider
        self.config = config
        self.retiring: dict[str, asyncio.Task[None]] = {}
        """Replicas that are being drained and removed, by id."""
        self._removed: dict[str, None] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._threads = ThreadPoolExecutor(MAX_THREADS, "provider")
        self._changes = 0
        self._changed: dict[str, float] = {}

    async def call(self, method: Callable[..., T], *arguments: Any) -> T:
        """Call what blocks in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, method, *arguments)

    def spawn(self, work: Coroutine[Any, Any, T], about: object) -> asyncio.Task[T]:
        """Run something in the background; a failure is logged with what it is about."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._ended(task, about))
        return task

    def run(self, work: Coroutine[Any, Any, object], about: object) -> None:
        """Run something in the background that nobody waits for."""
        _ = self.spawn(work, about)

    async def close(self) -> None:
        """End what runs in the background; what has begun in a thread goes on there."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)
        self._threads.shutdown(wait=False, cancel_futures=True)

    # Asking the provider takes time: what was changed here meanwhile is newer than its answer.

    def now(self) -> int:
        """Return the moment, for `is_stale`; to be taken before the provider is asked for replicas."""
        return self._changes

    def is_stale(self, replica_id: str, since: int) -> bool:
        """Whether an answer of the provider that was asked for at `since` is out of date about a replica."""
        return replica_id in self.retiring or replica_id in self._removed or self._changed.get(replica_id, -1) > since

    def forget(self, function: Function, replica_id: str) -> None:
        """Forget a replica that is gone."""
        function.replicas.pop(replica_id, None)
        function.incoming.pop(replica_id, None)
        function.troubles.pop(replica_id, None)
        self._changed.pop(replica_id, None)

    # Replicas.

    async def create(self, deployment: FunctionDeployment, revision: str, known: dict[str, Replica]) -> Replica:
        """Make a replica, start it and put it into `known`: the function's replicas, or its incoming ones."""
        replica = await self.call(self.provider.create, deployment, revision)
        self._note(replica.id)
        known[replica.id] = replica
        return replica

    async def set_state(
        self, replica: Replica, state: ReplicaState, known: dict[str, Replica], grace_s: float = STOP_GRACE_S
    ) -> Replica:
        """Start, pause, unpause or stop a replica, and note that in `known`. Raises NotFound if it is gone."""
        self._changed[replica.id] = float("inf")
        try:
            now = await self.call(self._set_state, replica, state, grace_s)
        finally:
            self._note(replica.id)
        if replica.id in known:
            known[replica.id] = now
        else:  # it was retired meanwhile
            self._changed.pop(replica.id, None)
        return now

    def retire(self, function: Function, replica: Replica, endpoint: Endpoint | None = None) -> None:
        """Forget a replica and send it nothing more at once; remove it when nothing is in flight in it."""
        self.forget(function, replica.id)
        endpoint = function.take_out(replica.id) or endpoint
        if replica.id not in self.retiring:
            self.retiring[replica.id] = self.spawn(self._retire(replica, endpoint), function.label)

    def dismiss(self, function: Function, endpoint: Endpoint) -> None:
        """Let an endpoint that was taken out finish what is in it."""
        self.run(self.drain(endpoint), function.label)

    async def drain(self, endpoint: Endpoint) -> None:
        """Wait until nothing is in flight, at most for the time to write replies; close its connections."""
        try:
            async with asyncio.timeout(self.config.write_timeout_s):
                await endpoint.drained()
        except TimeoutError:
            name, number = endpoint.replica.name, endpoint.in_flight
            log.warning("%s: %d requests were still in it after %g s", name, number, self.config.write_timeout_s)
        endpoint.close()

    async def last_lines(self, replica: Replica) -> str:
        """Return what a replica printed last, ready to be put behind a reason; "" if it cannot be read."""
        try:
            lines = await self.call(self._read_last_lines, replica)
        except GatewayError as error:
            log.warning("%s: its log cannot be read: %s", replica.name, error)
            return ""
        return "; its last lines:\n" + "".join(lines).rstrip() if lines else ""

    def _set_state(self, replica: Replica, state: ReplicaState, grace_s: float) -> Replica:
        return self.provider.set_state(replica, state, grace_s=grace_s)

    def _read_last_lines(self, replica: Replica) -> list[str]:
        query = LogQuery(replica.function, instance=replica.name, tail=LAST_LINES)
        return [message.text for message in self.provider.logs(query, threading.Event())][-LAST_LINES:]

    async def _retire(self, replica: Replica, endpoint: Endpoint | None) -> None:
        try:
            if endpoint:
                await self.drain(endpoint)
            await self.call(self._set_state, replica, ReplicaState.REMOVED, self.config.write_timeout_s)
            self._removed[replica.id] = None
            if len(self._removed) > MAX_REMEMBERED:
                del self._removed[next(iter(self._removed))]
        finally:
            self.retiring.pop(replica.id, None)

    def _note(self, replica_id: str) -> None:
        self._changes += 1
        self._changed[replica_id] = self._changes

    def _ended(self, task: asyncio.Task[Any], about: object) -> None:
        self._tasks.discard(task)
        if task.cancelled() or not (error := task.exception()):
            return
        if isinstance(error, GatewayError):
            log.warning("%s: %s", about, error)
        else:
            log.error("%s: a fault of the gateway's own", about, exc_info=error)
