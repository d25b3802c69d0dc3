"""`portable check`: say what other platforms would refuse or ignore of a stack file."""

from __future__ import annotations

from pathlib import Path

import click

from ..deploying.arguments import FILE, json_option
from ..deploying.errors import BadSettings
from ..deploying.world import World


def _complete_targets(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from ..check.targets import TARGETS

    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in TARGETS if name.startswith(last)]


@click.command("check")
@click.argument("file", metavar="[STACK]", required=False, type=FILE)
@click.option("--stack", type=FILE, metavar="FILE", help="The same as STACK.  [default: stack.yml]")
@click.option(
    "--for",
    "targets",
    metavar="TARGET[,...]",
    shell_complete=_complete_targets,
    help="Which platforms, such as faasd,aws_lambda. All of them if none is named.",
)
@click.option("--strict", is_flag=True, help="End with 1 if anything is ignored, too.")
@json_option
@click.pass_obj
def command(
    world: World, file: Path | None, stack: Path | None, targets: str | None, *, strict: bool, json: bool
) -> int:
    """Say what other platforms would refuse or ignore of a stack file.

    Ends with 1 if anything is refused, and 2 if the file cannot be read.
    """
    from ..check.command import check

    if file and stack:
        raise BadSettings(f"{file} and --stack {stack} are two stack files: name one")
    report, exit_code = check(file or stack or Path("stack.yml"), world.environ, targets, strict=strict, json=json)
    print(report, file=world.stdout)
    return exit_code
