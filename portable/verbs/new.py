"""`portable new`: make a function with a test, and a project around the first one."""

from __future__ import annotations

from pathlib import Path

import click

from ..deploying.errors import BadSettings
from ..deploying.spelling import spelled
from ..deploying.world import World
from ..scaffold import source as tool_source
from ..scaffold.new import STACK, Made
from ..scaffold.new import new as make_new
from ..scaffold.templates import KINDS


@click.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True, help="What calls the function.")
@click.option(
    "--source",
    metavar="REQUIREMENT",
    help="What the machines of a new project install: a URL for pip. Without it, what this tool was installed from.",
)
@click.pass_obj
def command(world: World, name: str, kind: str, source: str | None) -> int:
    """Make a function: a folder NAME with a handler and a test, and its entry in stack.yml.

    Where there is no stack.yml it makes the project too. Nothing is overwritten.
    """
    if source is not None and Path(STACK).exists():
        raise BadSettings(f"--source is for a new project, and {STACK} is here: leave it out")
    requirement = tool_source.requirement_from(source) if source is not None else tool_source.installed()
    made = make_new(Path.cwd(), name, kind, requirement, world.environ)
    for line in _told(made, name, kind, has_source=requirement is not None):
        print(line, file=world.stdout)
    return 0


def _told(made: Made, name: str, kind: str, *, has_source: bool) -> list[str]:
    lines = [f"made {path}" for path in made.files]
    lines += [f"kept {path}: it was there, see that it fits" for path in made.kept]
    if not made.is_project:
        lines.append(f"added {name} to stack.yml")
    elif not has_source:
        lines.append(
            "CI may not reach what this tool was installed from: set the repository variable PORTABLE_SOURCE to what "
            "pip installs there, or begin again with --source."
        )
    return [
        *lines,
        "",
        "next:",
        f"  {spelled('test', name)}",
        f"  {spelled('dev')}",
        f"  {_call(name, kind)}",
    ]


def _call(name: str, kind: str) -> str:
    """Return the command that calls a function as what it is made for does."""
    if kind == "events":
        return f"{spelled('event', 'sqs')} | {spelled('call', name, '--platform', 'aws_lambda', '-d', '-')}"
    return f"curl http://127.0.0.1:8080/function/{name}"
