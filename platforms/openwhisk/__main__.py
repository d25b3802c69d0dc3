"""`python -m platforms.openwhisk`: serve the function as a Docker action."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import MutableMapping, Sequence

from ..command_line import port, set_up_log
from .server import serve


def main(arguments: Sequence[str], environ: MutableMapping[str, str]) -> int:
    """Serve until a signal; return the exit code: 0, 1 if the server cannot listen, 2 for bad arguments."""
    parser = _parser(environ)
    options, unknown = parser.parse_known_args(arguments)
    if unknown:  # among them may be a key: they are not repeated
        parser.error("it takes --host and --port alone; `portable` packages and deploys")
    set_up_log(parser.error, environ)
    try:
        return serve(options.host, options.port, environ, _announce)
    except OSError as error:
        where = f"{options.host}:{options.port}"
        print(f"error: cannot listen on {where}: {error.strerror or error}; choose another --port", file=sys.stderr)
        return 1


def _parser(environ: MutableMapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m platforms.openwhisk",
        description="Serve a Docker action.",
    )
    parser.add_argument(
        "--host", default=environ.get("HOST", "127.0.0.1"), help="address to bind (default: %(default)s)"
    )
    parser.add_argument("--port", type=port, default=environ.get("PORT", "8080"), help="port (default: %(default)s)")
    return parser


def _announce(url: str) -> None:
    print(f"serving the action on {url}/init and /run", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
