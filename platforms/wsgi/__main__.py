"""`python -m platforms.wsgi`: serve the function over HTTP on this machine."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..loading import HandlerError, load_handler
from .responder import Responder
from .server import SERVERS, ServerConfig, ServerError, serve

if TYPE_CHECKING:
    from ..loading import Handler

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def main(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    make_responder: Callable[[Handler, Mapping[str, str]], Responder] = Responder,
    configure: Callable[[ServerConfig], ServerConfig] = lambda config: config,
) -> int:
    """Serve until a signal; return the exit code: 0, 1 if the server or the handler failed, 2 for bad arguments."""
    options = _parser(environ).parse_args(arguments)
    logging.basicConfig(level=environ.get("LOG_LEVEL", "INFO").upper(), format=LOG_FORMAT)
    if options.reload:
        return _reload(arguments, options.function)
    config = configure(
        ServerConfig(
            server=options.server,
            host=options.host,
            port=options.port,
            threads=options.threads,
            max_body_bytes=options.max_body_mb * 2**20,
        )
    )
    try:
        return serve(make_responder(load_handler(environ), environ), config, lambda: _announce(config))
    except (HandlerError, ServerError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m platforms.wsgi", description="Serve the function over HTTP.")
    parser.add_argument(
        "--host", default=environ.get("HOST", "127.0.0.1"), help="address to bind (default: %(default)s)"
    )
    parser.add_argument("--port", type=_port, default=environ.get("PORT", "8080"), help="port (default: %(default)s)")
    parser.add_argument("--server", choices=SERVERS, default="waitress", help="default: %(default)s")
    parser.add_argument("--threads", type=int, default=32, help="handlers at a time (default: %(default)s)")
    parser.add_argument("--max-body-mb", type=int, default=100, help="a larger request is a 413 (default: %(default)s)")
    parser.add_argument("--reload", action="store_true", help="start again when the function's files change")
    parser.add_argument("--function", default="function", help="folder that --reload watches (default: %(default)s)")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, a number below 65536")
    return int(text)


def _announce(config: ServerConfig) -> None:
    url = f"http://{config.host}:{config.port}/"
    print(f"serving the function with {config.server} on {url}", flush=True)
    print(f"call it:  curl -X POST {url}", flush=True)


def _reload(arguments: Sequence[str], function_dir: str) -> int:
    from watchfiles import PythonFilter, run_process

    command = [sys.executable, "-m", "platforms.wsgi", *(one for one in arguments if one != "--reload")]
    print(f"watching {function_dir}/ for changes; Ctrl-C stops", flush=True)
    run_process(function_dir, target=_join(command), target_type="command", watch_filter=PythonFilter())
    return 0


def _join(command: Sequence[str]) -> str:
    from shlex import join

    return join(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
