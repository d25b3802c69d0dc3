"""The commands that run the built zip here: serve it, or give it one event."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from ...deploying.errors import BadSettings, DeployError
from ...emulators.aws_lambda.doors import DOORS
from ...emulators.aws_lambda.exchange import Exchange
from ...emulators.aws_lambda.runtime import INIT_TIMEOUT_S, Layout, Runtime, Start
from ...emulators.aws_lambda.runtime_api import Invocation, InvocationError
from ..artifact.target import HANDLER, Package
from ..settings import Settings
from .debugger import debugged, debugger_environ, instructions
from .environment import check_machine, differences, environment, names_of, secrets_from, this_machine
from .front import HOST, Front
from .layout import laid_out
from .pool import Pool

_MOST_RUNTIMES = 10
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(
    package: Package,
    settings: Settings,
    spec: Mapping[str, Any],
    *,
    port: int,
    debug: int | None,
    environ: Mapping[str, str],
    out: IO[str],
) -> int:
    """Serve the zip until SIGINT or SIGTERM; returns 0.

    `debug` is the port on which the one runtime waits for a debugger, without any time limit; breakpoints are set in
    the function's folder. Raises BadSettings for what cannot be run here, DeployError if the function does not start.
    """

    def say(line: str) -> None:
        out.write(f"{line}\n")  # in one piece: requests are answered side by side
        out.flush()

    if settings.front_door not in DOORS:
        raise BadSettings("front_door is 'none', so there is no HTTP to serve: use `invoke --local`")
    check_machine(package, settings, this_machine())
    with _until_signalled(), ExitStack() as stack:
        layout = stack.enter_context(laid_out(package.content, with_debugger=debug is not None))
        start = start_of(layout, settings, environ)
        if debug is not None:
            _check_port(debug)
            start = _debugged(start, debug, settings.folder)
        pool = stack.enter_context(closing(Pool(lambda: Runtime(start), _MOST_RUNTIMES if debug is None else 1)))
        exchange = Exchange(DOORS[settings.front_door], spec, names_of(settings), pool, is_timed=debug is None)
        front = stack.enter_context(Front(port, exchange, say))
        for difference in differences(settings, this_machine(), environ):
            say(f"note: {difference}")
        _start_first(pool)
        say(f"serving {names_of(settings).base} at {front.url}/ as front door {settings.front_door}")
        front.serve_forever()
    return 0


def invoke_once(
    package: Package, settings: Settings, payload: bytes, environ: Mapping[str, str] | None = None
) -> tuple[bytes, bool]:
    """Return the result of one event, JSON both, and whether it is an error. Raises BadSettings if it cannot run here.

    `environ` is where the function's secrets are looked for.
    """
    check_machine(package, settings, this_machine())
    with laid_out(package.content) as layout, closing(Runtime(start_of(layout, settings, environ or {}))) as runtime:
        outcome = runtime.invoke(Invocation(payload, str(uuid4())))
        return outcome.payload, outcome.failed


# without site-packages: what the zip lacks is missing here too. `-m` puts the task's folder first, as Lambda does
COMMAND = (sys.executable, "-S", "-m", "awslambdaric", HANDLER)


def start_of(layout: Layout, settings: Settings, environ: Mapping[str, str]) -> Start:
    """Return what a runtime of this stage is started with."""
    variables = environment(settings, layout, secrets_from(environ, settings.secrets))
    return Start(layout, variables, names_of(settings).function_arn, float(settings.timeout_s), INIT_TIMEOUT_S, COMMAND)


def _debugged(start: Start, port: int, function_dir: Path) -> Start:
    return start._replace(
        environ={**start.environ, **debugger_environ(start.layout, function_dir)},
        timeout_s=None,
        init_timeout_s=None,
        command=debugged(port, waiting=instructions(port)),
    )


def _start_first(pool: Pool) -> None:
    try:
        pool.start()
    except InvocationError as error:
        told = f"{error.payload.get('errorType')}: {error.payload.get('errorMessage')}"
        raise DeployError(f"the function does not start: {told}") from None


def _check_port(port: int) -> None:
    """Raise BadSettings if the debugger's port is taken: the runtime could only fail of it."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise BadSettings(f"cannot listen on {HOST}:{port} for the debugger: {error.strerror}") from None


@contextmanager
def _until_signalled() -> Iterator[None]:
    """End the block at SIGINT or SIGTERM; what it still has to do then is not interrupted."""

    def stop(*_: object) -> None:
        for one in _SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {one: signal.signal(one, stop) for one in _SIGNALS}
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
