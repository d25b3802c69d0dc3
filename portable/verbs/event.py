"""`portable event`: print a sample event, as its platform sends it."""

from __future__ import annotations

import json

import click

from ..deploying.arguments import read_data
from ..deploying.errors import BadSettings
from ..deploying.world import World
from ..emulators.samples import SAMPLES, sample

_CARRIES = "\n".join(f"{kind:<12} {one.carries or '-'}" for kind, one in SAMPLES.items())


@click.command("event", epilog=f"\b\nWhat --data is:\n{_CARRIES}")
@click.argument("kind", type=click.Choice(list(SAMPLES)))
@click.option("-d", "--data", metavar="DATA", help="What the event carries; @FILE or - reads it.")
@click.pass_obj
def command(world: World, kind: str, data: str | None) -> int:
    """Print a sample event of KIND, as its platform sends it.

    `portable event sqs | portable call --platform aws_lambda -d -` calls a function with it.
    """
    try:
        event = sample(kind, None if data is None else read_data(data, world).decode())
    except UnicodeDecodeError:
        raise BadSettings("--data: it takes text in UTF-8") from None
    except ValueError as error:
        raise BadSettings(f"--data: {error}") from None
    print(json.dumps(event, indent=2, ensure_ascii=False), file=world.stdout)
    return 0
