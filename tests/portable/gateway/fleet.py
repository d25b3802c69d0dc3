"""Functions over the fake provider on the test's own loop, and callers that use them as the proxy does."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from types import TracebackType
from typing import Any

from portable.gateway.config import Config
from portable.gateway.functions.probes import Ask
from portable.gateway.functions.service import Functions
from portable.gateway.functions.state import Function, Router
from portable.gateway.http.once import get
from portable.gateway.providers.base import Replica, ReplicaState
from portable.stack.messages import FunctionDeployment, FunctionName

from .fake_provider import FakeProvider

PATIENCE_S = 60.0
TO_ZERO = {
    "com.openfaas.scale.zero": "true",
    "com.openfaas.scale.zero-duration": "100ms",
    "com.openfaas.scale.stop-duration": "1h",
}


def on_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Have a test that is a coroutine run on a loop of its own."""

    @functools.wraps(test)
    def run(*own: Any, **fixtures: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*own, **fixtures), 3 * PATIENCE_S))

    return run


def deployment(name: str = "fn", image: str = "v1", **fields: Any) -> FunctionDeployment:
    """Return a deployment."""
    return replace(FunctionDeployment(FunctionName(name), image), **fields)


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.005)


class Fleet:
    """A gateway without its HTTP server."""

    def __init__(self, provider: FakeProvider, probe: Ask = get, **settings: Any) -> None:
        self.provider = provider
        self.router = Router()
        self.functions = Functions(provider, self.router, Config(**settings), probe)

    async def __aenter__(self) -> Fleet:
        await self.functions.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.functions.close()

    async def deploy(self, name: str = "fn", image: str = "v1", **fields: Any) -> Function:
        """Deploy and wait until it is ready."""
        assert await self.functions.deploy(deployment(name, image, **fields))
        return self[name]

    def __getitem__(self, name: str) -> Function:
        return self.router.functions[FunctionName(name)]

    def __contains__(self, name: str) -> bool:
        return FunctionName(name) in self.router.functions

    def replicas(self, *states: ReplicaState) -> list[Replica]:
        """Return the provider's replicas, of some states only."""
        return [one for one in self.provider.replicas() if not states or one.state in states]

    async def dismiss(self, name: str, replica: Replica) -> None:
        """Have somebody else stop and remove an adopted replica that goes on answering until no more is sent to it."""
        self.provider.tell_of_stop(replica)
        await until(lambda: replica.id not in [one.replica.id for one in self[name].endpoints])
        await asyncio.to_thread(self.provider.go, replica)

    async def call(self, name: str = "fn") -> str:
        """Call a function as the proxy does; return the image that answered. Raises OSError if the answer broke off."""
        function = self[name]
        for _ in range(100):
            endpoint = function.pick() or await self.functions.wake(function)
            endpoint.acquire()
            try:
                return await _ask(endpoint.replica)
            except ConnectionRefusedError:  # nothing was delivered
                await asyncio.sleep(0.01)
            finally:
                endpoint.release()
                function.last_used_s = time.monotonic()
        raise ConnectionRefusedError(f"no replica of {name} takes connections")


class Callers:
    """Callers of a function that never stop; as a context, fail at its end if any call did."""

    def __init__(self, fleet: Fleet, name: str = "fn", number: int = 4) -> None:
        self.answers: list[str] = []
        self.failures: list[Exception] = []
        self._fleet = fleet
        self._name = name
        self._number = number
        self._tasks: list[asyncio.Task[None]] = []
        self._is_over = False

    async def __aenter__(self) -> Callers:
        self._tasks = [asyncio.create_task(self._call()) for _ in range(self._number)]
        await self.more()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if not kind:
            await self.more()
        self._is_over = True
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*self._tasks)
        if not kind:
            assert not self.failures, self.failures

    async def more(self, number: int = 20) -> None:
        """Wait until so many more calls were answered."""
        goal = len(self.answers) + number
        await until(lambda: len(self.answers) >= goal)

    async def _call(self) -> None:
        while not self._is_over:
            try:
                self.answers.append(await self._fleet.call(self._name))
            except Exception as error:  # noqa: BLE001
                self.failures.append(error)
            await asyncio.sleep(0.002)


async def _ask(replica: Replica) -> str:
    reader, writer = await asyncio.open_connection(replica.host, replica.port)
    try:
        writer.write(b"GET / HTTP/1.1\r\nhost: fn\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(int(head.rpartition(b": ")[2]))
    except asyncio.IncompleteReadError:
        raise ConnectionError(f"{replica.name} broke off") from None
    finally:
        writer.transport.abort()
    assert head.startswith(b"HTTP/1.1 200 ")
    return body.decode().split()[1]


async def gather(*work: Awaitable[Any]) -> list[Any]:
    """Await all, and return what each returned or raised."""
    return list(await asyncio.gather(*work, return_exceptions=True))
