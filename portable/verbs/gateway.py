"""`portable gateway`: run the local gateway: the OpenFaaS REST API over Docker or over processes."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ..deploying.world import World
from ..gateway.config import SETTINGS, Setting


def options(settings: Sequence[Setting] = SETTINGS) -> list[click.Parameter]:
    """Return the flags of the gateway's settings. Their values are texts: the gateway reads them."""
    return [_option(setting) for setting in settings]


def _option(setting: Setting) -> click.Option:
    choices = setting.metavar.split("|")
    return click.Option(
        [f"--{setting.flag}"],
        metavar=setting.metavar,
        type=click.Path() if setting.metavar in ("FILE", "DIR") else click.STRING,
        shell_complete=(lambda *given: [one for one in choices if one.startswith(given[2])]) if choices[1:] else None,
        help=f"{setting.help} (default: {setting.default or 'none'}; environment: {setting.variable})",
    )


@click.command("gateway", params=options())
@click.pass_obj
def command(world: World, /, **given: str | None) -> int:
    """Serve the OpenFaaS REST API over a Docker engine, or over processes of this machine."""
    from ..gateway.run import run

    run(given, world)
    return 0
