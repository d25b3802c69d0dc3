"""`python -m portable serve`: what a package or an image runs, started again when the function's files change."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from .reload import run_reloading

PLATFORMS = ("wsgi", "openfaas")


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serve until a signal; return the server's exit code, 2 for bad arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m portable serve",
        description="Serve a function, and serve it again when a file in its folder changes.",
        epilog="All other arguments are those of `python -m platforms.wsgi`: see its --help.",
        allow_abbrev=False,
    )
    parser.add_argument("--platform", choices=PLATFORMS, default="wsgi", help="whose server (default: %(default)s)")
    parser.add_argument("--function", default="function", metavar="DIR", help="folder of the function, and watched")
    options, others = parser.parse_known_args(arguments)
    print(f"watching {options.function}/ for changes; Ctrl-C stops", flush=True)
    command = [sys.executable, "-m", f"platforms.{options.platform}", "--function", options.function, *others]
    return run_reloading(command, options.function)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
