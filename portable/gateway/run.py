"""The composition root of `portable gateway`. The gateway is put together here, and nowhere else."""

from __future__ import annotations

import asyncio
import atexit
import logging
import shlex
import signal
from collections.abc import Coroutine, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from ..deploying.errors import BadSettings, DeployError
from ..deploying.world import World
from ..stack.errors import GatewayError, Refused
from ..stack.messages import FunctionName
from .api.auth import PASSWORD_FILE, Credentials, load_credentials
from .app import create_app
from .calls.metrics import Metrics
from .calls.page_sandbox import PageSandbox
from .calls.proxy import Proxy
from .calls.record import Call, Record
from .config import SANDBOXED, Config, read_config
from .cron.scheduler import Cron
from .functions.service import Functions
from .functions.state import Router
from .history.service import History
from .http.addresses import Allowed
from .logs.archive import LogArchive
from .providers.base import Change, Provider
from .queue.service import AsyncCalls
from .secrets import SecretStore
from .server import check_address, serve

T = TypeVar("T")
_log = logging.getLogger(__name__)
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def run(given: Mapping[str, str | None], world: World) -> None:
    """Serve until a signal, with the settings that are given by their flags.

    Raises BadSettings for a setting, DeployError if the gateway cannot run.
    """
    config = read_config(given, world.environ, {"callback_allow": Allowed})
    logging.basicConfig(level=config.log_level, format=LOG_FORMAT)
    try:
        credentials = load_credentials(config.state_dir)
        secrets = SecretStore(config.state_dir / "secrets")
        history = History.open(config)
        atexit.register(history.close)  # after the provider's threads: a removal that has begun still keeps its logs
        history.start()
        uvloop.run(check_address(config))
        provider = make_provider(config, secrets, history.logs, world.environ)
        uvloop.run(_run(config, credentials, secrets, history, provider, world))
    except Refused as error:
        raise BadSettings(str(error)) from None
    except GatewayError as error:
        raise DeployError(str(error)) from None


async def _run(
    config: Config, credentials: Credentials, secrets: SecretStore, history: History, provider: Provider, world: World
) -> None:
    """Put everything together on this loop, and serve until a signal. Raises GatewayError."""
    loop = asyncio.get_running_loop()
    router = Router()
    functions = Functions(provider, router, config)
    metrics = Metrics(router)

    proxy = Proxy(
        router,
        functions.wake,
        record=_both(metrics.record, history.record),
        unreachable=lambda function: functions.on_change(function.name, Change.REPLICAS, ""),
        upstream_timeout_s=config.upstream_timeout_s,
        sandbox=PageSandbox(credentials.accept) if config.function_pages == SANDBOXED else None,
    )

    def run(coroutine: Coroutine[Any, Any, T], /) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()

    calls = await AsyncCalls.open(config, proxy)
    cron = await Cron.open(config, proxy)
    app = create_app(
        functions=functions,
        proxy=proxy,
        calls=calls,
        cron=cron,
        history=history,
        provider=provider,
        secrets=secrets,
        credentials=credentials,
        config=config,
        run=run,
        render_metrics=metrics.render,
    )

    try:
        await _unless_signalled(functions.start())
        declared = [deployment.name for deployment in provider.declared()]
        await serve(config, app, proxy, partial(_announce, world, config, credentials, declared), calls, cron)
    except asyncio.CancelledError:
        _log.info("ended by a signal before it served")
    finally:
        await functions.close()
        await calls.close()


async def _unless_signalled(starting: Coroutine[Any, Any, None]) -> None:
    """Run it to its end. Raises CancelledError at a signal; `serve` has its own afterwards."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(starting)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    await task


def _both(first: Record, second: Record) -> Record:
    def record(call: Call) -> None:
        first(call)
        second(call)

    return record


def _announce(
    world: World, config: Config, credentials: Credentials, declared: Sequence[FunctionName], port: int
) -> None:
    # bound to loopback in a container, only that container's own shell reaches it
    is_in_container = Path("/.dockerenv").exists() and not config.host.startswith(("127.", "localhost", "::1"))
    text = announcement(config, credentials, port, is_in_container=is_in_container, declared=declared)
    print(text, file=world.stdout, flush=True)


def make_provider(config: Config, secrets: SecretStore, archive: LogArchive, environ: Mapping[str, str]) -> Provider:
    """Return the provider that is set. This may take minutes: it makes what functions require.

    Raises GatewayError if it cannot work: no engine, no stack file.
    """
    if config.provider == "docker":
        from .providers.docker.provider import DockerProvider  # each works without the other's packages

        return DockerProvider(config, secrets, archive=archive)
    if not find_spec("portable.project"):
        raise BadSettings(
            "--provider (GATEWAY_PROVIDER) is process, and the gateway's image has docker alone: leave it out; the "
            "installed tool runs functions as processes, by its verb dev"
        )
    from ..project.environment import environment
    from ..project.functions import function_of
    from ..stack.stack_file import read_stack
    from .providers.process.declared import checked
    from .providers.process.launch import environment_of
    from .providers.process.provider import ProcessProvider

    functions = read_stack(config.stack_path, environ)
    environments = partial(environment, world=World(environ), say=_log.info)
    for function in functions:
        environment_of(function_of(checked(function, config.stack_path), config.stack_path), environments)
    return ProcessProvider(
        functions,
        stack_path=config.stack_path,
        environments=environments,
        command=config.process_command,
        secrets=secrets,
        environ=environ,
        grace_s=config.write_timeout_s,
        archive=archive,
    )


def announcement(
    config: Config,
    credentials: Credentials,
    port: int,
    *,
    is_in_container: bool,
    declared: Sequence[FunctionName] = (),
) -> str:
    """Return what is printed once the gateway serves: where it and its functions are, and how to log in.

    Never the password itself.
    """
    host = "127.0.0.1" if config.host in ("0.0.0.0", "::", "localhost") else config.host  # noqa: S104 - compared
    url = config.public_url or (f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    path = shlex.quote(str((config.state_dir / PASSWORD_FILE).absolute()))
    show = f"docker compose exec -T gateway cat {path}" if is_in_container else f"cat {path}"
    functions = "".join(f"\n{name.name}:  {url}/function/{name.short}" for name in declared)
    user = "" if credentials.user == "admin" else f" --username {shlex.quote(credentials.user)}"
    return (
        f"serving the OpenFaaS REST API over {config.provider} on {url}\n"
        f"dashboard:  {url}/ui/\n"
        f"password of {credentials.user}:  {show}\n"
        f"log in:  {show} | faas-cli login{user} --password-stdin --gateway {url}{functions}"
    )
