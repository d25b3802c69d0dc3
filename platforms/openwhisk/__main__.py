"""`python -m platforms.openwhisk`: serve the function as a Docker action, or, with a command, package and deploy it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import MutableMapping, Sequence
from pathlib import Path

from ..command_line import port, set_up_log
from .server import serve

COMMANDS = ("package", "deploy", "status", "invoke", "logs", "remove")


def main(arguments: Sequence[str], environ: MutableMapping[str, str]) -> int:
    """Run a command, or serve until a signal; return the exit code.

    Of serving it is 0, 1 if the server cannot listen, 2 for bad arguments.
    """
    parser = _parser(environ)
    if arguments and arguments[0] in COMMANDS:
        return _command(arguments)
    if arguments and not arguments[0].startswith("-"):
        parser.error(f"there is no command {arguments[0]!r}; there are: {', '.join(COMMANDS)}")
    if commands := [one for one in arguments if one in COMMANDS]:
        # what stands before it may be the key: it is not repeated
        parser.error(f"the command stands first: {parser.prog} {commands[0]} ...")
    options = parser.parse_args(arguments)
    set_up_log(parser, environ)
    try:
        return serve(options.host, options.port, environ, _announce)
    except OSError as error:
        where = f"{options.host}:{options.port}"
        print(f"error: cannot listen on {where}: {error.strerror or error}; choose another --port", file=sys.stderr)
        return 1


def _command(arguments: Sequence[str]) -> int:
    try:
        from ..packaging import command
        from .deploy import cli, package
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("platforms."):
            raise
        print("error: there are no commands here: they stay where the function is deployed from", file=sys.stderr)
        return 2
    if arguments[0] == "package":
        output = Path("build/openwhisk.zip")
        return command.main("openwhisk", package.build, output, arguments[1:], package.add_arguments)
    return cli.main(arguments)


def _parser(environ: MutableMapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m platforms.openwhisk",
        description="Serve a Docker action.",
        epilog=f"commands: {', '.join(COMMANDS)}; each has its own --help",
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
