"""The local run as a process: `python -m tests.runtimes.aws_lambda.aws_run FUNCTION_DIR SETTINGS PORT [DEBUG_PORT]`.

SETTINGS is JSON of the settings that are not the usual ones. Without a debugger's port it is 0.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from portable.aws.artifact import package
from portable.aws.run.environment import names_of
from portable.aws.run.front import Front
from portable.aws.run.layout import laid_out
from portable.aws.run.pool import Pool
from portable.aws.run.run import serve, start_of
from portable.aws.settings import Settings
from portable.deploying.errors import DeployError
from portable.emulators.aws_lambda.doors import DOORS
from portable.emulators.aws_lambda.exchange import Exchange
from portable.emulators.aws_lambda.routes import ANY_PATH
from portable.emulators.aws_lambda.runtime import Runtime

from ..processes import Server, python, running

RUNTIME = f"python3.{sys.version_info.minor}"


def make_settings(**settings: Any) -> Settings:
    """Return settings for this interpreter."""
    return Settings(**{"app": "meditations", "stage": "dev", "region": "eu-west-1", "runtime": RUNTIME, **settings})


@contextmanager
def local_run(
    function_dir: Path, *, port: int = 0, debug: int = 0, environ: dict[str, str] | None = None, **settings: Any
) -> Iterator[Server]:
    """Run a function's zip in a process of its own for the time of the block."""
    arguments = (str(function_dir), json.dumps(settings), str(port), str(debug))
    command = python("tests.runtimes.aws_lambda.aws_run", *arguments)
    with running(command, environ=environ) as process:
        yield process


@contextmanager
def local_fronts(function_dir: Path, doors: tuple[str, ...]) -> Iterator[dict[str, int]]:
    """Serve a function's zip behind several doors in this process for the time of the block; their ports by name."""
    settings = make_settings(timeout_s=60, log_level="CRITICAL")
    built = package.build(function_dir, settings.runtime, settings.architecture)
    with laid_out(built.content) as layout, ExitStack() as stack:
        start = start_of(layout, settings, {})
        pool = stack.enter_context(closing(Pool(lambda: Runtime(start), 1)))
        ports = {}
        for door in doors:
            exchange = Exchange(DOORS[door], ANY_PATH, names_of(settings), pool)
            front = stack.enter_context(Front(0, exchange, lambda line: None))
            threading.Thread(target=front.serve_forever, args=(0.01,), daemon=True).start()
            stack.callback(front.shutdown)
            ports[door] = front.server_address[1]
        yield ports


def port_of(process: Server) -> int:
    """Wait until it serves and return its port."""
    return int(process.wait_for_line("serving ").partition("127.0.0.1:")[2].partition("/")[0])


def main(function_dir: str, settings: str, port: str, debug: str) -> int:
    """Build and serve."""
    folder = Path(function_dir)
    made = make_settings(folder=folder, **json.loads(settings))
    built = package.build(folder, made.runtime, made.architecture)
    spec_path = folder / "openapi.json"
    spec = json.loads(spec_path.read_text()) if spec_path.exists() else ANY_PATH
    try:
        return serve(
            built,
            made,
            spec,
            port=int(port),
            debug=int(debug) or None,
            environ=os.environ,
            out=sys.stderr,
        )
    except DeployError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
