"""The arguments that more than one command line takes, and how their values are read."""

from __future__ import annotations

import argparse
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from .errors import BadSettings
from .world import World

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def add_json(parser: argparse._ActionsContainer) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def add_output(parser: argparse._ActionsContainer, *, more: str, has_colors: bool = False) -> None:
    """Add --json, -q and -v, and --no-color if it `has_colors`; `more` is what -v prints beside a traceback."""
    add_json(parser)
    if has_colors:
        parser.add_argument("--no-color", action="store_true", help="no colors (NO_COLOR)")
    parser.add_argument("-q", "--quiet", action="store_true", help="print results and errors only")
    parser.add_argument("-v", "--verbose", action="store_true", help=f"print {more}, and the traceback of an error")


def wants_color(options: Namespace, world: World) -> bool:
    """Tell whether stdout is a terminal, and neither --no-color nor NO_COLOR is given: https://no-color.org."""
    return world.stdout.isatty() and not options.no_color and not world.environ.get("NO_COLOR")


def add_function(parser: ArgumentParser) -> None:
    """Add --function."""
    parser.add_argument(
        "--function",
        type=Path,
        default=Path("function"),
        metavar="DIR",
        help="folder of the function (default function)",
    )


def add_data(parser: ArgumentParser, what: str) -> None:
    """Add --data, whose value `read_data` reads; `what` is what it stands for."""
    parser.add_argument(
        "-d", "--data", default="{}", metavar="JSON", help=f"{what}; @FILE or - reads it (default {{}})"
    )


def read_data(given: str, world: World) -> bytes:
    """Return the value of --data: for `-` what stdin has, for `@FILE` the file, else itself. Raises BadSettings."""
    if given == "-":
        return world.stdin.read().encode()
    if not given.startswith("@"):
        return given.encode()
    try:
        return Path(given[1:]).read_bytes()
    except OSError as error:
        raise BadSettings(f"--data: cannot read {given[1:]!r}: {error.strerror}") from None


def time_s(text: str) -> int:
    """Return the seconds of `30s`, `10m`, `2h` or `1d`. Raises ArgumentTypeError for any other text."""
    match = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if not match:
        raise ArgumentTypeError(f"{text!r} is no time such as 30s, 10m, 2h or 1d")
    return int(match[1]) * _UNITS_S[match[2]]
