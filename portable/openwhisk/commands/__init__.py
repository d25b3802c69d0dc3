"""The commands, one module each: its docstring's first line is its help."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Protocol

from ..console import Console
from ..world import World
from . import deploy, invoke, logs, remove, status


class Command(Protocol):
    """What every module of this folder has."""

    __doc__: str | None

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the command's own arguments."""

    def run(self, arguments: Namespace, world: World, console: Console) -> int:
        """Run it; return the exit code. Raises DeployError."""


COMMANDS: Mapping[str, Command] = {
    "deploy": deploy,
    "status": status,
    "invoke": invoke,
    "logs": logs,
    "remove": remove,
}
