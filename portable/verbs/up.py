"""`portable up`: start the gateway and every function of the stack file with docker compose."""

from __future__ import annotations

from pathlib import Path

import click

from ..compose.project import ComposeProject
from ..deploying.arguments import stack_option
from ..deploying.world import World


@click.command("up")
@stack_option
@click.pass_obj
def command(world: World, stack: Path) -> int:
    """Start the gateway and every function with docker compose, on http://127.0.0.1:8080.

    Each function is served again when its files change; the real faas-cli drives the gateway. PORT, NETWORK, TAG and
    PYTHON_IMAGE are taken from the environment.
    """
    project = ComposeProject.of(stack, world.environ)
    code = project.up()
    if not code:
        for function in project.functions:
            print(f"{project.url}/function/{function.name}", file=world.stdout)
    return code
