"""`portable dev`: all functions of stack.yml behind the gateway, each started again when its files change."""

from __future__ import annotations

import click

from ..deploying.world import World
from ..gateway.config import SETTINGS
from .gateway import options


@click.command("dev", params=options([setting for setting in SETTINGS if setting.flag != "provider"]))
@click.pass_obj
def command(world: World, /, **given: str | None) -> int:
    """Run all functions of stack.yml behind the gateway, and each again when its files change.

    It is `portable gateway --provider process`.
    """
    from ..gateway.run import run

    run({**given, "provider": "process"}, world)
    return 0
