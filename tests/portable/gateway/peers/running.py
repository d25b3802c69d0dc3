"""A whole gateway in the test's own loop, without a provider: its endpoints are what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from portable.gateway.api.auth import Credentials
from portable.gateway.calls.metrics import Metrics
from portable.gateway.calls.page_sandbox import PageSandbox
from portable.gateway.calls.proxy import Proxy
from portable.gateway.calls.record import Call
from portable.gateway.config import SANDBOXED, Config
from portable.gateway.functions.state import Endpoint, Function, Router
from portable.gateway.providers.base import Replica, ReplicaState
from portable.gateway.server import running
from portable.stack.errors import Unavailable
from portable.stack.messages import FunctionDeployment, FunctionName

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

CONFIG = Config(port=0, read_timeout_s=30.0, upstream_timeout_s=30.0, write_timeout_s=30.0)
NAME = FunctionName("echo")
PASSWORD = Credentials("admin", "secret")


@dataclass
class Gateway:
    """A gateway that runs, and what it keeps."""

    router: Router
    function: Function
    metrics: Metrics
    port: int = 0
    calls: list[Call] = field(default_factory=list)
    unreachable: list[Function] = field(default_factory=list)
    """What was told to take no connection, once for each call."""
    recorded: asyncio.Event = field(default_factory=asyncio.Event)

    def record(self, call: Call) -> None:
        """Keep a call."""
        self.metrics.record(call)
        self.calls.append(call)
        self.recorded.set()

    async def call(self) -> Call:
        """Wait for the next call to be recorded, and return it."""
        while not self.calls:
            self.recorded.clear()
            await self.recorded.wait()
        return self.calls.pop(0)

    def send_to(self, *ports: int) -> None:
        """Make these ports of this machine the function's endpoints."""
        self.function.set_endpoints(endpoint(self.function, port) for port in ports)


def function_of(name: FunctionName = NAME) -> Function:
    """Return a function without endpoints."""
    return Function(FunctionDeployment(name, "local/echo"), revision="1", created_at=datetime.now(UTC))


def endpoint(function: Function, port: int, host: str = "127.0.0.1") -> Endpoint:
    """Return an endpoint named after its port."""
    created_at = datetime.now(UTC)
    name = f"{function.name.name}-{port}"
    state = ReplicaState.RUNNING
    return Endpoint(Replica(name, name, function.name, function.deployment, "1", created_at, state, host, port))


def hello(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer as a control plane would."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


async def no_wake(function: Function) -> Endpoint:
    """Refuse to wake."""
    raise Unavailable(f"no endpoints available for {function.name.name}")


@asynccontextmanager
async def gateway(
    *ports: int,
    app: WSGIApplication = hello,
    wake: Callable[[Function], Awaitable[Endpoint]] = no_wake,
    **settings: Any,
) -> AsyncIterator[Gateway]:
    """Give a gateway with one function, `echo`, whose replicas are at these ports."""
    router = Router()
    function = function_of()
    router.functions[function.name] = function
    it = Gateway(router, function, Metrics(router))
    it.send_to(*ports)
    config = replace(CONFIG, **settings)
    proxy = Proxy(
        router,
        wake,
        record=it.record,
        unreachable=it.unreachable.append,
        upstream_timeout_s=config.upstream_timeout_s,
        sandbox=PageSandbox(PASSWORD.accept) if config.function_pages == SANDBOXED else None,
    )
    async with running(config, app, proxy) as port:
        it.port = port
        yield it
