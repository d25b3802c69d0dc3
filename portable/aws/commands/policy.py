"""Print the policy that the deploying person needs, or the one that the function gets."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from ..console import Console
from ..deployer_policy import deployer_policy
from ..names import Names
from ..policies import execution_policy
from ..settings.region import partitions
from ..stage import connect, settings_of
from ..world import World


def add_arguments(parser: ArgumentParser) -> None:
    """Add --deployer and --execution, of which one must be given."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--deployer", action="store_true", help="what the deploying person needs, and no more")
    which.add_argument("--execution", action="store_true", help="what the function itself may do")


def run(arguments: Namespace, world: World, console: Console) -> int:
    """Print it as JSON. Asks AWS for the account only if deploy.toml does not name it."""
    settings = settings_of(arguments, world)
    if settings.account:
        names = Names(settings.app, settings.stage, settings.account, settings.region, partitions()[settings.region])
    else:
        names = connect(arguments, world, console).names
    policy = deployer_policy(names) if arguments.deployer else execution_policy(names, settings)
    console.result(json.dumps(policy, indent=2), **policy)
    return 0
