"""The control plane in the test's own process: the real Functions over the fake provider, on a loop's own thread."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from werkzeug.test import Client, TestResponse

from portable.gateway.api.auth import Credentials
from portable.gateway.app import create_app
from portable.gateway.calls.proxy import Proxy
from portable.gateway.config import Config
from portable.gateway.cron.scheduler import Cron
from portable.gateway.functions.service import Functions
from portable.gateway.functions.state import Router
from portable.gateway.history.service import History
from portable.gateway.queue.service import AsyncCalls
from portable.gateway.secrets import SecretStore
from portable.stack.messages import FunctionDeployment, FunctionName, FunctionStatus

from .fake_provider import FakeProvider

T = TypeVar("T")
PATIENCE_S = 60.0
CREDENTIALS = Credentials("admin", "the-password-of-the-tests")
AUTHORIZATION = "Basic " + base64.b64encode(f"{CREDENTIALS.user}:{CREDENTIALS.password}".encode()).decode()
DEPLOYMENT = {
    "service": "echo",
    "image": "local/echo:latest",
    "namespace": "",
    "envProcess": "python -m echo",
    "envVars": {"MODE": "loud"},
    "constraints": [],
    "secrets": [],
    "labels": {"com.openfaas.scale.min": "1"},
    "annotations": {"topic": "echoes"},
    "limits": {"memory": "64Mi", "cpu": "500m"},
    "readOnlyRootFilesystem": True,
}


class LoopThread:
    """An event loop on a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T], /) -> T:
        """Run it on the loop, wait for it, and return or raise what it does."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE_S)

    def close(self) -> None:
        """End the loop and its thread; what is left on it is cancelled."""
        self.run(_cancel_others())
        self.run(self.loop.shutdown_default_executor())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_S)
        self.loop.close()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class ControlPlane:
    """The application and everything behind it. `call` is logged in."""

    def __init__(self, config: Config, provider: FakeProvider, loop: LoopThread) -> None:
        self.config = config
        self.provider = provider
        self.loop = loop
        self.router = Router()
        self.secrets = SecretStore(config.state_dir / "secrets")
        self.functions = loop.run(self._started())
        self.history = History.open(config)
        self.proxy = Proxy(
            self.router,
            self.functions.wake,
            record=self.history.record,
            unreachable=lambda function: None,
            upstream_timeout_s=config.upstream_timeout_s,
        )
        self.calls = loop.run(AsyncCalls.open(config, self.proxy))
        self.cron = loop.run(Cron.open(config, self.proxy))
        self.app: Flask = create_app(
            functions=self.functions,
            proxy=self.proxy,
            calls=self.calls,
            cron=self.cron,
            history=self.history,
            provider=provider,
            secrets=self.secrets,
            credentials=CREDENTIALS,
            config=config,
            run=loop.run,
            render_metrics=lambda: b"gateway_service_count 0.0\n",
        )

    async def _started(self) -> Functions:
        functions = Functions(self.provider, self.router, self.config)
        await functions.start()
        return functions

    def call(self, method: str, path: str, **more: Any) -> TestResponse:
        """Return the answer to a request; `json`, `data`, `headers` and the like are werkzeug's."""
        headers = {"Host": "127.0.0.1:8080", "Authorization": AUTHORIZATION, **more.pop("headers", {})}
        return Client(self.app).open(path, method=method, headers=headers, **more)

    def deploy(self, name: str, **fields: Any) -> None:
        """Deploy a function and wait until it is ready."""
        deployment = FunctionDeployment(FunctionName(name), image=f"local/{name}:latest")
        assert self.loop.run(self.functions.deploy(replace(deployment, **fields)))

    def statuses(self) -> list[FunctionStatus]:
        """Return how every function is."""

        async def statuses() -> list[FunctionStatus]:
            return self.functions.statuses()

        return self.loop.run(statuses())


@contextmanager
def control_plane(state_dir: Path, provider: FakeProvider | None = None, **settings: Any) -> Iterator[ControlPlane]:
    """Run a control plane, and end it."""
    others = {thread.ident for thread in threading.enumerate()}  # another control plane's, perhaps
    loop = LoopThread()
    provider = provider or FakeProvider()
    try:
        running = ControlPlane(Config(state_dir=state_dir, **settings), provider, loop)
        try:
            yield running
        finally:
            loop.run(running.functions.close())
            loop.run(running.calls.close())
            for thread in threading.enumerate():
                if (
                    thread.name.startswith("provider_") and thread.ident not in others
                ):  # removals that have begun go on after `close`
                    thread.join(PATIENCE_S)
            running.history.close()
    finally:
        provider.end()
        loop.close()


def deployment(**fields: Any) -> dict[str, Any]:
    """Return what `faas-cli deploy` sends."""
    return {**DEPLOYMENT, **fields}
