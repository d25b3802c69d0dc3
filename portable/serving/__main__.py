"""`python -m portable.serving`: what `portable serve` does, in an image that has the one environment of a function."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentError, ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path

from .reload import Start, run_reloading

PLATFORMS = ("wsgi", "openfaas")


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serve until a signal; return the server's exit code, 1 if it cannot watch, 2 for bad arguments."""
    parser = _parser()
    try:
        options, others = parser.parse_known_args(arguments)
    except ArgumentError as error:
        return _refuse(str(error), 2)
    server = [sys.executable, "-m", f"platforms.{options.platform}"]
    if options.help:
        parser.print_help()
        print(flush=True)
        return subprocess.run([*server, "--help"], env=environ, check=False).returncode
    if not options.function.is_dir():
        return _refuse(f"there is no folder {str(options.function)!r}: name the function's with --function DIR", 2)
    print(f"watching {options.function}/ for changes; Ctrl-C stops", flush=True)
    try:
        return run_reloading(Start([*server, "--function", str(options.function), *others], environ), options.function)
    except OSError as error:
        return _refuse(f"cannot watch {options.function}/: {error}; WATCHFILES_FORCE_POLLING=true may do", 1)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m portable.serving",
        usage="%(prog)s [--platform NAME] [--function DIR] [ARGUMENT ...]",
        description="Serve a function, and serve it again when a file in its folder changes.",
        epilog="All other arguments, and the environment, are the server's:",
        add_help=False,
        allow_abbrev=False,
        exit_on_error=False,
    )
    add = parser.add_argument
    add("-h", "--help", action="store_true", help="show this, and what the platform's server takes")
    add("--platform", choices=PLATFORMS, default="wsgi", help="whose server it is (default: %(default)s)")
    add("--function", type=Path, default="function", metavar="DIR", help="the function's folder (default: %(default)s)")
    return parser


def _refuse(reason: str, exit_code: int) -> int:
    print(f"error: {reason}", file=sys.stderr)
    return exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
