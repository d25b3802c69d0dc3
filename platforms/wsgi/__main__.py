"""`python -m platforms.wsgi`: serve the function over HTTP on this machine."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..command_line import port, positive, set_up_log
from ..loading import HandlerError, load_handler
from .responder import Responder
from .server import SERVERS, ServerConfig, ServerError, serve

if TYPE_CHECKING:
    from ..loading import Handler


def main(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    *,
    module: str = "platforms.wsgi",
    make_responder: Callable[[Handler, Mapping[str, str]], Responder] = Responder,
    defaults: ServerConfig = ServerConfig(),  # noqa: B008 - frozen
) -> int:
    """Serve until a signal; return the exit code: 0, 1 if the server or the handler failed, 2 for bad arguments.

    `module` is the command's own name, `defaults` what holds for the arguments that are not given.
    """
    parser = _parser(environ, module, defaults)
    options = parser.parse_args(arguments)
    set_up_log(parser.error, environ)
    config = replace(
        defaults,
        server=options.server,
        host=options.host,
        port=options.port,
        threads=options.threads,
        max_body_bytes=options.max_body_mb * 2**20,
    )
    try:
        # function/ may lie elsewhere on sys.path
        handler = load_handler(environ, None if options.function == "function" else options.function)
        return serve(make_responder(handler, environ), config, lambda: _announce(config))
    except (HandlerError, ServerError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser(environ: Mapping[str, str], module: str, defaults: ServerConfig) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description="Serve the function over HTTP.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default=environ.get("HOST") or defaults.host, help="address to bind")
    add("--port", type=port, default=environ.get("PORT") or str(defaults.port), help="port to listen on")
    add("--server", choices=SERVERS, default=defaults.server, help="granian is the fast one")
    add("--threads", type=positive, default=defaults.threads, help="handlers that run at a time")
    add("--max-body-mb", type=positive, default=defaults.max_body_bytes // 2**20, help="a larger request is a 413")
    add("--function", default="function", metavar="DIR", help="folder of the function, which has a handler.py")
    return parser


def _announce(config: ServerConfig) -> None:
    url = f"http://{config.host}:{config.port}/"
    print(f"serving the function with {config.server} on {url}", flush=True)
    print(f"call it:  curl {url}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
