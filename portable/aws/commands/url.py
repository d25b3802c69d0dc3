"""Print the stage's URL."""

from __future__ import annotations

from ...deploying.arguments import Arguments
from ...deploying.errors import DeployError
from ..console import Console
from ..resources import doors
from ..stage import connect
from ..world import World

OPTIONS = ()


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Print it. Raises DeployError if there is none."""
    stage = connect(arguments, world, console)
    url = doors.url_of(doors.read(stage.aws, stage.names), stage.names)
    if url is None:
        closed = stage.settings.front_door == "none"
        hint = "front_door is 'none' in deploy.toml" if closed else f"`{stage.names.command('deploy')}` makes one"
        raise DeployError(f"{stage.names.base} has no URL; {hint}")
    console.result(url, url=url)
    return 0
