"""The commands, one module each: its docstring's first line is its help."""

from __future__ import annotations

from collections.abc import Mapping

from ...deploying.cli import Command
from ...deploying.world import World
from ..console import Console
from . import deploy, invoke, logs, manifest, remove, status

COMMANDS: Mapping[str, Command[World, Console]] = {
    "deploy": deploy,
    "status": status,
    "invoke": invoke,
    "logs": logs,
    "remove": remove,
    "manifest": manifest,
}
