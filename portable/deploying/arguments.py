"""The options that more than one command takes, how their values are read, and what a shell completes them to."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
from click.shell_completion import CompletionItem

from ..stack.errors import Refused
from .errors import BadSettings
from .world import World

Arguments = SimpleNamespace
"""What the user gave to a command, by the names of its options."""
Option = Callable[..., Any]
"""What `click.option` returns."""

FILE = click.Path(path_type=Path)
PORT = click.IntRange(0, 65535)
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def complete_functions(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the names of the stack file's functions, or that a folder completes it."""
    from ..stack.stack_file import read_stack

    world: World = ctx.find_object(World) or World()
    try:
        found = read_stack(ctx.params.get("stack") or Path("stack.yml"), world.environ, takes_devices=True)
    except Refused:
        found = []
    names = [one.deployment.name.name for one in found]
    # a shell takes `dir` for an order to complete folders where no name fits
    return [CompletionItem(incomplete, type="dir"), *(CompletionItem(n) for n in names if n.startswith(incomplete))]


function_option = click.option(
    "--function",
    metavar="NAME|DIR",
    shell_complete=complete_functions,
    help="The function: its name in the stack file, or its folder. Not needed if there is one alone.",
)
function_argument = click.argument("function", required=False, shell_complete=complete_functions)
stack_option = click.option(
    "--stack", type=FILE, default="stack.yml", show_default=True, metavar="FILE", help="The stack file."
)
config_option = click.option(
    "--config", type=FILE, metavar="FILE", help="The settings file (APP_CONFIG; default deploy.toml)."
)
json_option = click.option("--json", is_flag=True, help="Print one JSON object.")
yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask.")


def output_options(more: str) -> tuple[Option, ...]:
    """Return --json, -q and -v; `more` is what -v prints beside a traceback."""
    return (
        json_option,
        click.option("-q", "--quiet", is_flag=True, help="Print results and errors only."),
        click.option("-v", "--verbose", is_flag=True, help=f"Print {more}, and the traceback of an error."),
    )


def data_option(what: str) -> Option:
    """Return --data, whose value `read_data` reads; `what` is what it stands for."""
    text = f"{what}; @FILE or - reads it."
    return click.option("-d", "--data", default="{}", show_default=True, metavar="JSON", help=text)


def read_data(given: str, world: World) -> bytes:
    """Return the value of --data: for `-` what stdin has, for `@FILE` the file, else itself. Raises BadSettings."""
    if given == "-":
        # it may be no text, which a process is given bytes of; a test's own stream has none
        buffer = getattr(world.stdin, "buffer", None)
        return bytes(buffer.read()) if buffer else world.stdin.read().encode()
    if not given.startswith("@"):
        return os.fsencode(given)
    try:
        return Path(given[1:]).read_bytes()
    except OSError as error:
        raise BadSettings(f"--data: cannot read {given[1:]!r}: {error.strerror}") from None


def time_s(text: str) -> int:
    """Return the seconds of `30s`, `10m`, `2h` or `1d`. Raises BadParameter for any other text."""
    match = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if not match:
        raise click.BadParameter(f"{text!r} is no time such as 30s, 10m, 2h or 1d")
    return int(match[1]) * _UNITS_S[match[2]]
