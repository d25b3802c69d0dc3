"""List the published versions, and which of them is live."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from .. import versions
from ..console import Console
from ..resources import function_state
from ..stage import connect
from ..world import World


def add_arguments(parser: ArgumentParser) -> None:
    """Add none: it takes the common ones alone."""


def run(arguments: Namespace, world: World, console: Console) -> int:
    """Print one line a version, the newest first."""
    stage = connect(arguments, world, console)
    rows = versions.rows(function_state.read(stage.aws, stage.names))
    console.result("\n".join(map(str, rows)) or "no version yet", versions=[asdict(row) for row in rows])
    return 0
