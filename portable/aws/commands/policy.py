"""Print the policy that the deploying person needs, or the one that the function gets."""

from __future__ import annotations

import json

import click

from ...deploying.arguments import Arguments
from ...deploying.errors import BadSettings
from ..console import Console
from ..deployer_policy import deployer_policy
from ..names import Names
from ..policies import execution_policy
from ..settings.region import partitions
from ..stage import connect, settings_of
from ..world import World

OPTIONS = (
    click.option("--deployer", is_flag=True, help="What the deploying person needs, and no more."),
    click.option("--execution", is_flag=True, help="What the function itself may do."),
)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Print it as JSON. Asks AWS for the account only if deploy.toml does not name it."""
    if arguments.deployer == arguments.execution:
        raise BadSettings("it takes one of --deployer and --execution")
    settings = settings_of(arguments, world)
    if settings.account:
        names = Names(settings.app, settings.stage, settings.account, settings.region, partitions()[settings.region])
    else:
        names = connect(arguments, world, console).names
    policy = deployer_policy(names) if arguments.deployer else execution_policy(names, settings)
    console.result(json.dumps(policy, indent=2), **policy)
    return 0
