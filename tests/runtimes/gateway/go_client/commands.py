"""What a command is: its name, its flags as pflag takes them, and what it does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .wire import Gateway


@dataclass(frozen=True)
class Context:
    """What every command has."""

    gateway: Gateway
    environ: Mapping[str, str]


class Command:
    """A command; a flag is ("-v", "--verbose"), with "=default" if it takes a value, a positional one a bare name."""

    def __init__(self, name: str, run: Callable[[Context, argparse.Namespace], None], *flags: tuple[str, ...]) -> None:
        self.name = name
        self._run = run
        self._flags = flags

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Have a parser take the flags."""
        for flag in self._flags:
            name, has_value, default = flag[-1].partition("=")
            if not name.startswith("-"):
                parser.add_argument(name, nargs="?" if has_value else None, default=default)
            elif default in ("true", "false"):
                parser.add_argument(*flag[:-1], name, nargs="?", const="true", default=default)
            elif has_value:
                parser.add_argument(*flag[:-1], name, default=default)
            elif name in ("--header", "--query"):
                parser.add_argument(*flag[:-1], name, action="append", default=[])
            else:
                parser.add_argument(*flag, action="store_true")
        parser.set_defaults(run=self._run)


def say(text: str) -> None:
    """Print a line at once: whoever reads a log that is followed waits for it."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
