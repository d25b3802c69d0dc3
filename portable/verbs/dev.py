"""`portable dev`: all functions of stack.yml behind the gateway, each started again when its files change."""

from __future__ import annotations

import click

from ..deploying.world import World


@click.command("dev", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def command(world: World, arguments: tuple[str, ...]) -> int:
    """Run all functions of stack.yml behind the gateway, and each again when its files change.

    It takes what `portable gateway --provider process` takes.
    """
    from ..gateway.__main__ import main

    return main(["--provider", "process", *arguments], world.environ)
