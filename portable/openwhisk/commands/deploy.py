"""Build the package, show what would change, and create or update the action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from ...deploying import changes
from ...deploying.arguments import Arguments
from ...deploying.changes import Sign
from ...deploying.errors import BadSettings
from ...deploying.world import World
from .. import found, plan, wanted
from ..apply import carry_out
from ..console import Console
from ..plan import Put
from ..target import ask, where

_KIND_WIDTH = 8


OPTIONS = (
    *wanted.OPTIONS,
    click.option("--adopt", is_flag=True, help="Replace an action of this name that this did not make."),
    click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing."),
)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Deploy. Raises Refused for another's action, DeployError if somebody else changes it meanwhile."""
    if arguments.kind and arguments.docker:
        raise BadSettings("it takes one of --kind and --docker: an image has a runtime of its own")
    place = where(arguments, world, console)
    what = wanted.wanted(place.action, place.name, arguments.docker, world.environ)
    console.hide_in_errors(*what.env.values())
    target = ask(place, world, console)
    there = found.read(target.api, target.name)
    plan.check(there, what, adopt=arguments.adopt)
    puts = plan.changes(there, what)
    for line in (target.heading, *changes.lines(puts, _KIND_WIDTH)):
        console.say(line)
    if not arguments.dry_run:
        carry_out(puts, target.api, console)
        if what.is_web:
            console.say(target.url)
    done = "dry run" if arguments.dry_run else "deployed"
    console.result(
        _summary(puts, is_dry_run=arguments.dry_run),
        **target.facts,
        result=done if puts else "nothing to do",
        url=target.url if what.is_web else None,
        digest=what.digest,
        changes=[changes.facts(put, "entity") for put in puts],
    )
    return 0


def _summary(puts: Sequence[Put], *, is_dry_run: bool) -> str:
    words: Mapping[Sign, str] = {"+": "to create", "~": "to update"} if is_dry_run else {"+": "created", "~": "updated"}
    return changes.counted(puts, words) or "nothing to do"
