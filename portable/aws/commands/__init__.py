"""The commands, one module each: its docstring's first line is its help."""

from __future__ import annotations

from collections.abc import Mapping

from ...deploying.cli import Command
from ..console import Console
from ..world import World
from . import (
    deploy,
    destroy,
    doctor,
    invoke,
    logs,
    package,
    plan,
    policy,
    promote,
    rollback,
    run,
    secret,
    status,
    url,
    versions,
)

COMMANDS: Mapping[str, Command[World, Console]] = {
    "doctor": doctor,
    "package": package,
    "run": run,
    "plan": plan,
    "deploy": deploy,
    "status": status,
    "url": url,
    "versions": versions,
    "invoke": invoke,
    "logs": logs,
    "promote": promote,
    "rollback": rollback,
    "secret": secret,
    "policy": policy,
    "destroy": destroy,
}
