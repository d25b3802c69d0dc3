"""List the published versions, and which of them is live."""

from __future__ import annotations

from dataclasses import asdict

from ...deploying.arguments import Arguments
from .. import versions
from ..console import Console
from ..resources import function_state
from ..stage import connect
from ..world import World

OPTIONS = ()


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Print one line a version, the newest first."""
    stage = connect(arguments, world, console)
    rows = versions.rows(function_state.read(stage.aws, stage.names))
    console.result("\n".join(map(str, rows)) or "no version yet", versions=[asdict(row) for row in rows])
    return 0
